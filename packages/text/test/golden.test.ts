import { expect, test } from '@jest/globals';
import { openTokenizer } from '../src/open-tokenizer.ts';
import type { TextTokenizer } from '../src/tokenizer.ts';
import { readTokenizer } from './support.ts';

/** The tokens of each text without padding. */
function tokensOf(tokenizer: TextTokenizer, text: string): number[] {
  const { ids, mask } = tokenizer.encode([text]);
  return [...(ids[0] ?? [])].filter((_, at) => mask[0]?.[at] === 1);
}

test("gives the tokens of openai's tokenizer for all texts but wrongly decoded ones", () => {
  const { tokenizer, config, cases } = readTokenizer('clip');
  const opened = openTokenizer(tokenizer, config);
  const missed = cases.filter(({ text, ids }) => String(tokensOf(opened, text)) !== String(ids));
  expect(cases).toHaveLength(109);
  expect(missed.map(({ text }) => text)).toEqual(['schÃ¶n', 'Ã©tÃ©', 'LÃ³pez']);
});

test.each(['unigram', 'wordpiece', 'wordlevel'] as const)(
  'gives the tokens of the Rust library for a %s tokenizer',
  (name) => {
    const { tokenizer, config, cases } = readTokenizer(name);
    const opened = openTokenizer(tokenizer, config);
    for (const { text, ids } of cases) {
      const rows = opened.encode([text], 100);
      expect([text, [...(rows.ids[0] ?? [])].slice(0, ids.length)]).toEqual([text, ids]);
      expect(rows.mask[0]?.reduce((sum, one) => sum + one, 0)).toBe(ids.length);
    }
  },
);
