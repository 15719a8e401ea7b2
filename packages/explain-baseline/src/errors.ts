import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const errors = {
  cannotRandomise({ backend }: { backend: string }) {
    return new UnderstoryError({
      code: 'CANNOT_RANDOMISE',
      message: 'The weights of this model cannot be re-initialised.',
      found: `the backend "${backend}" does not list layers with weights, or cannot re-initialise them`,
      expected: 'a backend that does, such as "onnx"',
      next: 'Use random, centre or sobel.',
    });
  },

  noWeights() {
    return new UnderstoryError({
      code: 'NO_WEIGHTS',
      message: 'The model has no weights that could be re-initialised.',
      found: 'no layer whose operator reads learned weights',
      expected: 'at least one convolution or linear layer with constant weights',
      next: 'Use random, centre or sobel.',
    });
  },
} as const;
