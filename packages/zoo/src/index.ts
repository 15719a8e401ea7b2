export { listZoo, type ZooEntry } from './bundled.ts';
export { resolveModel, type ResolvedModel, type ResolveOptions } from './resolve-model.ts';
export type { FoundTokenizer } from './read-tokenizer.ts';
