export { openTokenizer } from './open-tokenizer.ts';
export { openVocabulary } from './open-vocabulary.ts';
export { textFeeds } from './text-feeds.ts';
export { textInputNames, textInputsOf, type TextInputs } from './text-inputs.ts';
export type { CutText, EncodedTexts, Span, TextTokenizer, Word } from './tokenizer.ts';
