import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const reportErrors = {
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
