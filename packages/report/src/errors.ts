import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const reportErrors = {
  notAnEvaluation({ folder, found }: { folder: string; found: string }) {
    return new UnderstoryError({
      code: 'NOT_AN_EVALUATION',
      message: `"${folder}" holds no evaluation to report on.`,
      found,
      expected: 'a run folder of `understory evaluate`',
      next: 'Run `understory evaluate ... --out FOLDER` first, then `understory report FOLDER`.',
    });
  },

  noRows({ folder }: { folder: string }) {
    return new UnderstoryError({
      code: 'NO_ROWS',
      message: `The run in "${folder}" has no measurements yet.`,
      found: 'a log without rows',
      expected: 'at least one image that was evaluated',
      next: 'Let the run go on: the same `understory evaluate` command continues it.',
    });
  },

  mapNotReadable({ path, found }: { path: string; found: string }) {
    return new UnderstoryError({
      code: 'MAP_NOT_READABLE',
      message: `The heat map "${path}" cannot be read.`,
      found,
      expected: 'a NumPy file of little-endian float32 [height, width]',
      next: 'Remove the folder of maps and report without pictures, or run the evaluation again into a new folder.',
    });
  },
};
