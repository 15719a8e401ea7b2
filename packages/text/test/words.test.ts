import { expect, test } from '@jest/globals';
import { openTokenizer } from '../src/open-tokenizer.ts';
import { readTokenizer } from './support.ts';

const clip = openTokenizer(readTokenizer('clip').tokenizer);

test('are those of the text as it is written, with their places in the row', () => {
  expect(clip.words("The  left apple &amp; it's")).toEqual([
    { text: 'The', start: 0, end: 3, tokens: [1] },
    { text: 'left', start: 5, end: 9, tokens: [2] },
    { text: 'apple', start: 10, end: 15, tokens: [3] },
    { text: '&amp;', start: 16, end: 21, tokens: [4] },
    { text: "it's", start: 22, end: 26, tokens: [5, 6] },
  ]);
});

test('have no tokens where they were cut off', () => {
  expect(clip.words('a photo of a cat', 5).map(({ text, tokens }) => [text, tokens])).toEqual([
    ['a', [1]],
    ['photo', [2]],
    ['of', [3]],
    ['a', []],
    ['cat', []],
  ]);
});

test.each(['unigram', 'wordpiece', 'wordlevel', 'clip'] as const)('share out all tokens of a %s tokenizer', (name) => {
  const { tokenizer, config } = readTokenizer(name);
  const opened = openTokenizer(tokenizer, config);
  const special = { unigram: 1, wordpiece: 2, wordlevel: 1, clip: 2 }[name];
  for (const text of ['an old man reads the newspaper', 'the color of the left apple is red', '  zebra,  cats! ']) {
    const tokens = opened.words(text, 100).flatMap((word) => word.tokens);
    const count = opened.encode([text], 100).mask[0]?.reduce((sum, one) => sum + one, 0) ?? 0;
    const first = name === 'clip' || name === 'wordpiece' ? 1 : 0;
    expect(tokens).toEqual(Array.from({ length: count - special }, (_, at) => first + at));
  }
});
