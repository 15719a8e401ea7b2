import { fixText } from './fix-text.ts';
import { unescapeHtml } from './unescape-html.ts';

/**
 * How a text is cleaned before its tokenizer reads it, by the name that open_clip gives it. `lower` is what openai's tokenizer of CLIP does:
 * the text is repaired (`fixText`), character references are decoded twice, white space is joined, and letters become small; `whitespace`
 * leaves the letters, and `canonicalize` removes punctuation as well.
 */
export type Cleaning = 'lower' | 'whitespace' | 'canonicalize';

export const cleanings: Readonly<Record<Cleaning, (text: string) => string>> = {
  lower: (text) => joined(decoded(text)).toLowerCase(),
  whitespace: (text) => joined(decoded(text)),
  canonicalize: (text) => canonical(decoded(text).replaceAll('_', ' ')),
};

/** Without punctuation, in small letters: what SigLIP reads. */
export function canonical(text: string): string {
  return joined(text.replaceAll(/[!-/:-@[-`{-~]/g, '').toLowerCase());
}

function decoded(text: string): string {
  return unescapeHtml(unescapeHtml(fixText(text)));
}

/** What Python takes for white space, which differs from JavaScript's `\s` at control characters and U+FEFF. */
const whiteSpace = new RegExp(String.raw`[\t-\r\u001c-\u0020\u0085\p{Zs}\u2028\u2029]+`, 'gu');

function joined(text: string): string {
  return text.replaceAll(whiteSpace, ' ').replaceAll(/^ | $/g, '');
}
