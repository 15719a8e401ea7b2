import { UnderstoryError } from './diagnosis.ts';

/** Errors of probes and of what they are given. */
export const probeErrors = {
  probeTask({ probe, task, found }: { probe: string; task: string; found: string }) {
    return new UnderstoryError({
      code: 'PROBE_TASK',
      message: `The probe "${probe}" is for models of another task.`,
      found,
      expected: `a model of ${task}`,
      next: 'Choose such a model, or another probe.',
      remedy: { kind: 'list', of: 'plugins' },
    });
  },

  captionTestsMissing({ probe, found }: { probe: string; found: string }) {
    return new UnderstoryError({
      code: 'CAPTION_TESTS_MISSING',
      message: `The probe "${probe}" asks images for true and false captions.`,
      found,
      expected: 'images that come with captions',
      next: 'Choose a data set with captions, such as "orchard".',
    });
  },

  captionTestInvalid({ item, test, found, expected }: { item: string; test: number; found: string; expected: string }) {
    return new UnderstoryError({
      code: 'CAPTION_TEST_INVALID',
      message: `Caption test ${test} of the image ${item} cannot be asked.`,
      ...{ found, expected },
      next: 'Correct the captions of the data set, or leave the test out.',
    });
  },

  questionsMissing({ probe, found }: { probe: string; found: string }) {
    return new UnderstoryError({
      code: 'QUESTIONS_MISSING',
      message: `The probe "${probe}" asks images questions whose answers are known.`,
      found,
      expected: 'images that come with questions',
      next: 'Choose a data set with questions, such as "orchard".',
    });
  },

  questionInvalid({
    item,
    question,
    found,
    expected,
  }: {
    item: string;
    question: number;
    found: string;
    expected: string;
  }) {
    return new UnderstoryError({
      code: 'QUESTION_INVALID',
      message: `Question ${question} of the image ${item} cannot be asked.`,
      ...{ found, expected },
      next: 'Correct the questions of the data set, or leave this one out.',
    });
  },
} as const;
