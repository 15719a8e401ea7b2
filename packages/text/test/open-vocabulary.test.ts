import { describe, expect, test } from '@jest/globals';
import { openVocabulary } from '../src/open-vocabulary.ts';

const clevr = openVocabulary({ is: 1, the: 2, left: 3, cube: 4, '?': 5, metal: 6, what: 7 });
const code = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

describe('a vocabulary of words', () => {
  test('gives the number of each word, of signs that it knows, and nothing for those that it does not', () => {
    expect(clevr.encode(['What is the left metal cube?'], 9)).toEqual({
      ids: [Int32Array.of(7, 1, 2, 3, 6, 4, 5, 0, 0)],
      mask: [Int32Array.of(1, 1, 1, 1, 1, 1, 1, 0, 0)],
      cut: [],
    });
    expect(clevr.count('is the cube, left;')).toBe(4);
  });

  test('finds a word however it is written, with capitals too where the vocabulary alone has them', () => {
    const words = openVocabulary({ What: 1, what: 2, Is: 3, left: 4 });
    expect(words.encode(['What what WHAT is IS Left'], 6).ids).toEqual([Int32Array.of(1, 2, 2, 3, 3, 4)]);
  });

  test('says where each word lies', () => {
    const text = 'Is the left cube?';
    expect(clevr.spans(text, 5).map(({ start, end }) => text.slice(start, end))).toEqual([
      'Is',
      'the',
      'left',
      'cube',
      '?',
    ]);
    expect(clevr.words(text)).toEqual([
      { text: 'Is', start: 0, end: 2, tokens: [0] },
      { text: 'the', start: 3, end: 6, tokens: [1] },
      { text: 'left', start: 7, end: 11, tokens: [2] },
      { text: 'cube?', start: 12, end: 17, tokens: [3, 4] },
    ]);
  });

  test("puts CLEVR's start and end around a text, and its token for unknown words", () => {
    const words = { '<NULL>': 0, '<START>': 1, '<END>': 2, '<UNK>': 3, cube: 4 };
    const opened = openVocabulary({ question_token_to_idx: words, answer_token_to_idx: { yes: 0 } });
    expect([...opened.encode(['a cube'], 5).ids[0]!]).toEqual([1, 3, 4, 2, 0]);
    expect(opened.encode(['cube cube cube'], 4)).toMatchObject({ cut: [{ tokens: 5, length: 4 }] });
    expect([...opened.encode(['cube cube cube'], 4).ids[0]!]).toEqual([1, 4, 4, 2]);
  });

  test('takes a list of words, and words as they are written first', () => {
    expect([...openVocabulary(['pad', 'Red', 'red', 'x-ray']).encode(['Red RED x-ray'], 3).ids[0]!]).toEqual([1, 2, 3]);
  });

  test('refuses a word that it lacks, and says what comes close', () => {
    expect(() => clevr.encode(['the lefft cube'])).toThrow(
      expect.objectContaining({ code: 'TOKEN_UNKNOWN', next: expect.stringContaining('"left"') }),
    );
  });

  test.each([
    ['a number', 3],
    ['no words', {}],
    ['one number for all', { a: 1, b: 1 }],
    ['a fraction', { a: 1, b: 0.5 }],
    ['numbers in a list', ['a', 1]],
  ])('is refused where it is %s', (_, json) => {
    expect(code(() => openVocabulary(json))).toBe('VOCABULARY_INVALID');
  });

  test('is refused where no word fits into a row', () => {
    expect(code(() => openVocabulary({ '<s>': 0, '</s>': 1, a: 2 }).encode(['a'], 2))).toBe('TEXT_LENGTH_TOO_SMALL');
  });
});
