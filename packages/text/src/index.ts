export { openTokenizer } from './open-tokenizer.ts';
export { openVocabulary } from './open-vocabulary.ts';
export type { CutText, EncodedTexts, Span, TextTokenizer, Word } from './tokenizer.ts';
