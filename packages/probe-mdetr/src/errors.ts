import { UnderstoryError } from '@understory/core';

const asked = { kind: 'settings' as const, settings: [{ name: 'question', value: 'TEXT' }] };

/** Every error of this package, by what went wrong. */
export const probeMdetrErrors = {
  questionMissing() {
    return new UnderstoryError({
      code: 'QUESTION_MISSING',
      message: 'The model answers questions about a picture, and nothing was asked.',
      found: 'no question',
      expected: 'a question, or the text whose phrases the model is to box',
      next: 'Ask something.',
      remedy: asked,
    });
  },

  questionEmpty({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'QUESTION_EMPTY',
      message: 'The question has no words.',
      found: JSON.stringify(found),
      expected: 'a question of at least one word',
      next: 'Write the question out.',
      remedy: asked,
    });
  },

  questionNotReadable({ question, unread, tokens }: { question: string; unread: number; tokens: number }) {
    return new UnderstoryError({
      code: 'QUESTION_NOT_READABLE',
      message: "The model's tokenizer does not know the words of the question.",
      found: `"${question}", of which ${unread} of ${tokens} tokens stand for no word or part of one`,
      expected: 'a question in the language that the model was trained in, which is English for most',
      next: 'Ask in that language.',
    });
  },

  questionNotTaken({ inputs }: { inputs: readonly string[] }) {
    return new UnderstoryError({
      code: 'QUESTION_NOT_READ',
      message: 'The model cannot be asked in words.',
      found: `inputs ${inputs.join(', ')}`,
      expected: 'an input that takes the numbers of words',
      next: 'Feed it the numbers that stand for the question.',
      remedy: { kind: 'settings', settings: inputs.map((name) => ({ name: 'feed', value: `${name}=VALUE` })) },
    });
  },

  wordsMissing() {
    return new UnderstoryError({
      code: 'TOKENIZER_MISSING',
      message: 'The model reads text, and nothing says how its words are numbered.',
      found: 'neither tokenizer.json nor a vocabulary of words',
      expected: 'tokenizer.json beside the model, or JSON with the number of each word',
      next: 'Put the file that the model was published with into its folder, or name it.',
      remedy: { kind: 'settings', settings: [{ name: 'vocabulary', value: 'FILE' }] },
    });
  },

  vocabularyInvalid({ name }: { name: string }) {
    return new UnderstoryError({
      code: 'VOCABULARY_INVALID',
      message: `The vocabulary ${name} cannot be read.`,
      found: 'neither words nor answers with their numbers',
      expected:
        'a list, an object from each word to its number such as {"left": 17}, or such an object for each type of answers',
      next: 'Write the numbers down that the model was trained with.',
    });
  },

  vocabularySize({
    what,
    found,
    heads,
  }: {
    what: string;
    found: number;
    heads: readonly { readonly type: string | null; readonly output: string; readonly width: number | undefined }[];
  }) {
    return new UnderstoryError({
      code: 'VOCABULARY_SIZE',
      message: 'A list of answers does not fit the model.',
      found: `${found} ${what}`,
      expected: heads
        .map(({ type, output, width = 'any number' }) => `${width} for "${output}"${type === null ? '' : ` (${type})`}`)
        .join(', '),
      next: 'Take the list that the model was trained with, in its order.',
      remedy: { kind: 'settings', settings: [{ name: 'vocabulary', value: 'FILE' }] },
    });
  },

  answerUnknown({ found, known, suggestions }: { found: string; known: string; suggestions: readonly string[] }) {
    const close = suggestions.map((each) => `"${each}"`).join(' or ');
    return new UnderstoryError({
      code: 'ANSWER_UNKNOWN',
      message: `The model knows no answer "${found}".`,
      found: `"${found}"`,
      expected: `one of ${known}`,
      next: close === '' ? 'Name an answer that the model can give.' : `Did you mean ${close}?`,
    });
  },

  answerAmbiguous({ found, readings }: { found: string; readings: readonly string[] }) {
    return new UnderstoryError({
      code: 'ANSWER_AMBIGUOUS',
      message: `The model knows the answer "${found}" in more than one type.`,
      found: `"${found}", which is ${readings.join(' and ')}`,
      expected: 'one of them',
      next: `Say the type: ${readings.join(' or ')}.`,
    });
  },

  boxMissing({ found, boxes, threshold }: { found: string; boxes: readonly string[]; threshold: number }) {
    return new UnderstoryError({
      code: 'BOX_MISSING',
      message: boxes.length === 0 ? 'The model finds no object that the text names.' : 'The model has no such box.',
      found: `"${found}"${boxes.length === 0 ? `, and no box with a probability over ${threshold}` : ''}`,
      expected: boxes.length === 0 ? 'a picture in which it finds one' : boxes.join(', '),
      next:
        boxes.length === 0
          ? 'Name what is in the picture, or explain a number of its output by its place.'
          : 'Name one of those; boxes are counted from 0, from the best.',
    });
  },

  constraintNotAvailable({ constraint, why }: { constraint: string; why: string }) {
    return new UnderstoryError({
      code: 'CONSTRAINT_NOT_AVAILABLE',
      message: `Answers of the model cannot be held to a box by "${constraint}".`,
      found: why,
      expected: 'a network whose pixel mask becomes the mask of its attention, by a way that nothing else reads',
      next: 'Crop or blur what is outside the box, which any model can be shown.',
    });
  },

  phraseUnknown({ found, question }: { found: string; question: string }) {
    return new UnderstoryError({
      code: 'PHRASE_UNKNOWN',
      message: 'The phrase is no part of the text.',
      found: `"${found}"`,
      expected: `a part of "${question}"`,
      next: 'Write it as it stands in the text.',
    });
  },
} as const;
