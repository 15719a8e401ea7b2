export { default } from './plugin.ts';
export { kinds } from './kinds.ts';
export type { NamedKind } from './kinds.ts';
export type { EmbeddingAnswer } from './image-feature-extraction/feature-extraction.ts';
export type { QuantitiesAnswer } from './regression/regression.ts';
export type { ReadCharacter, TextAnswer } from './text-recognition/text-recognition.ts';
