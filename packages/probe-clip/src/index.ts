export type { TextInputs } from './matcher/text-inputs.ts';
export { clip } from './probe/clip.ts';
export type { CaptionRow } from './probe/row.ts';
export { openTokenizer } from './tokenizer/open-tokenizer.ts';
export type { CutText, EncodedTexts, TextTokenizer, Word } from './tokenizer/tokenizer.ts';
