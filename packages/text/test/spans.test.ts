import { describe, expect, test } from '@jest/globals';
import { openTokenizer } from '../src/open-tokenizer.ts';
import { readTokenizer, type TokenizerGolden } from './support.ts';

/** What lies where, of the tokens of a text. */
function spansOf({ tokenizer, config }: TokenizerGolden, text: string): string[] {
  const opened = openTokenizer(tokenizer, config);
  return opened.spans(text, 100).map(({ start, end }) => text.slice(start, end));
}

/** The same of the Rust library, some of whose tokenizers count white space in. */
function expectedOf({ text, spans = [] }: TokenizerGolden['cases'][number]): string[] {
  return spans.flatMap((start, at) => (at % 2 === 0 ? [text.slice(start, spans[at + 1]).trim()] : []));
}

describe('where tokens lie', () => {
  test("is for RoBERTa's what the Rust library says", () => {
    const golden = readTokenizer('roberta');
    for (const found of golden.cases) {
      expect([found.text, spansOf(golden, found.text)]).toEqual([found.text, expectedOf(found)]);
    }
    expect(golden.cases.length).toBeGreaterThan(25);
  });

  test.each(['wordpiece', 'unigram', 'wordlevel'] as const)(
    'is what the Rust library says for a %s tokenizer',
    (name) => {
      const golden = readTokenizer(name);
      for (const found of golden.cases) {
        const spans = spansOf(golden, found.text);
        const expected = expectedOf(found);
        // The mark in front of a text, which Rust counts to the first letter, lies nowhere.
        const first = name === 'unigram' && spans[0] === '' ? 1 : 0;
        expect([found.text, spans.slice(first)]).toEqual([found.text, expected.slice(first)]);
      }
    },
  );

  test('is the whole emoji for each of its tokens', () => {
    const golden = readTokenizer('roberta');
    const opened = openTokenizer(golden.tokenizer, golden.config);
    const text = 'the 🍎';
    const [start, ...spans] = opened.spans(text);
    expect(start).toEqual({ start: 0, end: 0 });
    expect(spans.slice(-2, -1)).toEqual([{ start: 4, end: 6 }]);
    expect(opened.count(text)).toBe(spans.length + 1);
  });

  test('is in the text as it is written where CLIP reads another', () => {
    const opened = openTokenizer(readTokenizer('clip').tokenizer);
    const text = 'The  LEFT apple';
    expect(opened.spans(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      '',
      'The',
      'LEFT',
      'apple',
      '',
    ]);
  });

  test('is the character or word that a token for unknown ones stands for', () => {
    const golden = readTokenizer('wordpiece');
    expect(spansOf(golden, 'the left 苹果 apple')).toEqual(['', 'the', 'left', '苹', '果', 'apple', '']);
  });

  test('ends where a text is cut', () => {
    const { tokenizer, config } = readTokenizer('roberta');
    const text = 'the left apple';
    const spans = openTokenizer(tokenizer, config).spans(text, 4);
    expect(spans).toHaveLength(4);
    expect(spans.at(-1)).toEqual({ start: 0, end: 0 });
  });
});
