import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const errors = {
  secondPictureMissing({ output }: { output: string }) {
    return new UnderstoryError({
      code: 'SECOND_PICTURE_MISSING',
      message: 'A similarity is between two pictures, and there is one.',
      found: `embeddings of one picture in "${output}"`,
      expected: 'a second picture to compare it with',
      next: `Give the other picture, or name an element such as ${output}[0].`,
      remedy: { kind: 'settings', settings: [{ name: 'to' }] },
    });
  },

  characterCount({ characters, classes }: { characters: number; classes: number }) {
    return new UnderstoryError({
      code: 'LABEL_COUNT',
      message: 'The list of characters does not fit the model.',
      found: `${characters} characters`,
      expected: `${classes} with the blank among them, or ${classes - 1} without it`,
      next: 'Give the characters that the model was trained with, in its order.',
    });
  },

  stepsNotReachable({ output, dims }: { output: string; dims: readonly (number | string)[] }) {
    return new UnderstoryError({
      code: 'STEPS_NOT_REACHABLE',
      message: 'A character of the text that is read cannot be explained in this model.',
      found: `"${output}" is [${dims.join(', ')}]: steps before samples`,
      expected: 'scores with the samples on the first axis, at the end or in front of it',
      next: 'Export the model with the batch first: permute(1, 0, 2) in front of its output.',
    });
  },

  detectionsUnreadable({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'DETECTIONS_UNREADABLE',
      message: 'The boxes of the model cannot be read.',
      found,
      expected,
      next: 'Export the model with its boxes decoded to pixels, or name a number of its output by its place.',
    });
  },

  probabilitiesUnreadable({ found, form, forms }: { found: string; form: string; forms: readonly string[] }) {
    return new UnderstoryError({
      code: 'DETECTIONS_UNREADABLE',
      message: `The output of the model does not hold boxes as ${form} lays them out.`,
      found,
      expected: 'probabilities in 0..1',
      next: `Name the form that it has (${forms.join(', ')}), or name a number of its output by its place.`,
      remedy: {
        kind: 'settings',
        settings: forms
          .filter((each) => each !== form)
          .map((each) => ({ name: 'task', value: `object-detection:${each}` })),
      },
    });
  },

  detectionsNotReachable({ output }: { output: string }) {
    return new UnderstoryError({
      code: 'DETECTIONS_NOT_REACHABLE',
      message: 'A box of this model cannot be explained.',
      found: `"${output}", which holds as many boxes as a suppression leaves and has no axis of samples`,
      expected: 'boxes and scores [N, boxes, ...] from before the suppression',
      next: 'Export the model without its suppression of overlapping boxes.',
    });
  },

  pixelScoresMissing({ output }: { output: string }) {
    return new UnderstoryError({
      code: 'PIXEL_SCORES_MISSING',
      message: 'The classes of pixels cannot be explained in this model.',
      found: `"${output}", which holds the class of each pixel, without the scores that it was chosen by`,
      expected: 'scores [N, classes, height, width], at the end or in front of a maximum over the classes',
      next: 'Export the model with its scores as output.',
    });
  },
} as const;
