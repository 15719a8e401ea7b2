export { listZoo, type ZooEntry } from './bundled.ts';
export { resolveModel, type ResolveOptions } from './resolve-model.ts';
export type { ResolvedModel } from './model-places.ts';
export type { FoundTokenizer } from './read-tokenizer.ts';
