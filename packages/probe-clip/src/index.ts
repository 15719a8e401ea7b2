export type { TextInputs } from './matcher/text-inputs.ts';
export { openTokenizer } from './tokenizer/open-tokenizer.ts';
export type { CutText, EncodedTexts, TextTokenizer, Word } from './tokenizer/tokenizer.ts';
