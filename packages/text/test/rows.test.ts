import { describe, expect, test } from '@jest/globals';
import { openTokenizer } from '../src/open-tokenizer.ts';
import { readTokenizer } from './support.ts';

const clip = readTokenizer('clip').tokenizer;
const wordlevel = readTokenizer('wordlevel');
const [start, end] = [49406, 49407];

describe('rows', () => {
  test("are filled up with openai's 0 and masked", () => {
    expect(openTokenizer(clip).encode(['the left apple', 'a photo of a cat'], 8)).toEqual({
      ids: [
        Int32Array.of(start, 518, 1823, 3055, end, 0, 0, 0),
        Int32Array.of(start, 320, 1125, 539, 320, 2368, end, 0),
      ],
      mask: [Int32Array.of(1, 1, 1, 1, 1, 0, 0, 0), Int32Array.of(1, 1, 1, 1, 1, 1, 1, 0)],
      cut: [],
    });
  });

  test('that are too short keep the end token, and it is told', () => {
    expect(openTokenizer(clip).encode(['the left apple', 'a photo of a cat'], 5)).toEqual({
      ids: [Int32Array.of(start, 518, 1823, 3055, end), Int32Array.of(start, 320, 1125, 539, end)],
      mask: [Int32Array.of(1, 1, 1, 1, 1), Int32Array.of(1, 1, 1, 1, 1)],
      cut: [{ text: 'a photo of a cat', tokens: 7, length: 5 }],
    });
  });

  test('have special tokens where a file of CLIP adds none', () => {
    const bare = { ...clip, post_processor: null };
    expect(openTokenizer(bare).encode(['the left apple'], 5).ids).toEqual([Int32Array.of(start, 518, 1823, 3055, end)]);
  });

  test('of no token for a text are refused', () => {
    expect(() => openTokenizer(clip).encode(['the left apple'], 2)).toThrow(
      expect.objectContaining({
        code: 'TEXT_LENGTH_TOO_SMALL',
        found: 'rows of length 2, of which 2 are special tokens',
      }),
    );
  });
});

describe('length and padding', () => {
  test.each([
    ['nothing is said', {}, {}, 77, 0],
    ['Hugging Face says it', {}, { model_max_length: 64, pad_token: '<|endoftext|>' }, 64, end],
    ['the token is an object', {}, { pad_token: { content: '<|startoftext|>' } }, 77, start],
    ['there is no limit', {}, { model_max_length: 1e30 }, 77, 0],
    ['open_clip says it', {}, { context_length: 32, pad_id: 1 }, 32, 1],
    ['the tokenizer says it', { truncation: { max_length: 20 }, padding: { pad_id: 7 } }, {}, 20, 7],
    ['the tokenizer fills up', { padding: { strategy: { Fixed: 24 }, pad_id: end } }, {}, 24, end],
  ])('are those of the files where %s', (_, json, config, length, padding) => {
    const { length: foundLength, padding: foundPadding } = openTokenizer({ ...clip, ...json }, config);
    expect([foundLength, foundPadding]).toEqual([length, padding]);
  });
});

describe('a tokenizer', () => {
  test('without a model is refused', () => {
    expect(() => openTokenizer({ version: '1.0' })).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID', found: 'no "model"' }),
    );
  });

  test('of an unknown kind is refused', () => {
    expect(() => openTokenizer({ model: { type: 'Char' } })).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID', found: expect.stringContaining('Char') }),
    );
  });

  test('without a token for unknown words refuses them', () => {
    const { tokenizer } = wordlevel;
    const opened = openTokenizer({ ...tokenizer, model: { ...tokenizer.model, unk_token: null } });
    expect(() => opened.encode(['the left zebra'])).toThrow(expect.objectContaining({ code: 'TOKEN_UNKNOWN' }));
  });
});
