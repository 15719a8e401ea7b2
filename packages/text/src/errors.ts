import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const textErrors = {
  tokenizerInvalid({ reason, cause }: { reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'TOKENIZER_INVALID',
      message: 'The tokenizer cannot be read.',
      found: reason,
      expected: "Hugging Face's tokenizer.json: BPE, Unigram, WordPiece or WordLevel",
      next: 'Take tokenizer.json from the folder that the model was published in.',
      cause,
    });
  },

  vocabularyInvalid({ reason }: { reason: string }) {
    return new UnderstoryError({
      code: 'VOCABULARY_INVALID',
      message: 'The vocabulary cannot be read.',
      found: reason,
      expected: 'JSON: a list of two words or more, or an object from each word to its number, such as {"left": 17}',
      next: 'Write the numbers down that the model was trained with.',
    });
  },

  tokenUnknown({ token, text, suggestions = [] }: { token: string; text: string; suggestions?: readonly string[] }) {
    const close = suggestions.map((word) => `"${word}"`).join(' or ');
    return new UnderstoryError({
      code: 'TOKEN_UNKNOWN',
      message: `The tokenizer has no token for "${token}".`,
      found: `"${token}" in "${text}"`,
      expected: 'words of its vocabulary, which has no token for unknown ones',
      next: `${close === '' ? '' : `Did you mean ${close}? `}Use other words, or the tokenizer that belongs to the model.`,
    });
  },

  textLengthTooSmall({ length, special }: { length: number; special: number }) {
    return new UnderstoryError({
      code: 'TEXT_LENGTH_TOO_SMALL',
      message: 'No token of a text fits into a row.',
      found: `rows of length ${length}, of which ${special} are special tokens`,
      expected: `at least ${special + 1}`,
      next: 'Check that the tokenizer belongs to the model.',
    });
  },
} as const;
