import { UnderstoryError } from '@understory/core';

/** Explainers of this package that only feed the model. */
const anywhere = 'rise, occlusion or scorecam';

/** Every error of this package, by what went wrong. */
export const errors = {
  cannotRunFromLayer({ backend }: { backend: string }) {
    return new UnderstoryError({
      code: 'CANNOT_RUN_FROM_LAYER',
      message: 'The backend cannot run a model from one of its layers.',
      found: `the backend "${backend}" accepts only inputs`,
      expected: 'a backend that accepts activations, such as "onnx"',
      next: `Use ${anywhere}.`,
    });
  },

  windowTooLarge({ window, height, width }: { window: number; height: number; width: number }) {
    return new UnderstoryError({
      code: 'WINDOW_TOO_LARGE',
      message: 'The occlusion window is larger than the image.',
      found: `${window} pixels`,
      expected: `at most ${Math.min(height, width)}, for an image of ${height} x ${width}`,
      next: 'Give a smaller window, or 0 for an eighth of the shorter side.',
    });
  },
} as const;
