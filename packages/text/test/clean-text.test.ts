import { describe, expect, test } from '@jest/globals';
import { cleanings } from '../src/clean-text.ts';
import { cleaningOf } from '../src/cleaning-of.ts';
import { definitionOf } from '../src/definition-of.ts';
import { readTokenizer } from './support.ts';

/** As openai's cleaning with ftfy 6.3 gives them. */
const cleaned = {
  quotes: ['“It’s” ‘a’ ‚b„', `"it's" 'a' 'b"`],
  ligatures: ['ﬃ ǅ ŉ ﬆ', "ffi dž 'n st"],
  width: ['ＦＵＬＬ　width ｶﾞ ￥', 'full width ガ ¥'],
  'white space': ['  a\t\u00a0b\u001c\u2028c \u200b', 'a b c \u200b'],
  'control characters': ['bell\u0007 \ufeffbom \u001b[31mred', 'bell bom red'],
  'Windows-1252 in the place of controls': ['a\u0085b it\u0092s \u0081', "a…b it's \u0081"],
  composition: ['e\u0301 İ Σας ΟΔΟΣ', 'é i̇ σας οδος'],
  'a lone surrogate': ['\ud800x', '\ufffdx'],
  references: ['&amp;amp;lt; &hearts; &eacute &notit; &copy2024', '< ♥ é ¬it; ©2024'],
  'references by number': ['&#39; &#x27 &#128; &#1; &#0; &#xD800; &#xfdd0;', "' ' € � �"],
  'names in capitals': ['&EACUTE; &AMP; &Eacute;', 'é & é'],
  'references in markup': ['<b>&EACUTE;&amp;amp;lt;', '<b>&eacute;&lt;'],
} satisfies Record<string, [text: string, cleaned: string]>;

describe("openai's cleaning", () => {
  test.each(Object.entries(cleaned))('repairs %s', (_, [text, expected]) => {
    expect(cleanings.lower(text)).toBe(expected);
  });
});

describe('the cleaning of a tokenizer', () => {
  const clip = readTokenizer('clip').tokenizer;
  const unigram = readTokenizer('unigram').tokenizer;
  const text = ' The_Left,  &lt;Apple> ';

  test.each([
    ["CLIP's vocabulary", clip, {}, 'the_left, <apple>'],
    ["CLIP's tokenizer by its class", unigram, { tokenizer_class: 'CLIPTokenizerFast' }, 'the_left, <apple>'],
    ['another vocabulary', unigram, {}, text],
    ["open_clip's canonical form", unigram, { tokenizer_kwargs: { clean: 'canonicalize' } }, 'the left apple'],
    ["open_clip's use of others", unigram, { hf_tokenizer_name: 'xlm-roberta-base' }, 'The_Left, <Apple>'],
    ["SigLIP's tokenizer", unigram, { tokenizer_class: 'SiglipTokenizer' }, 'theleft ltapple'],
  ])('follows %s', (_, json, config, expected) => {
    expect(cleaningOf(definitionOf(json, config), config)(text)).toBe(expected);
  });
});
