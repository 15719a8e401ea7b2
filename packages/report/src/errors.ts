import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const reportErrors = {
  mapNotReadable({ path, found }: { path: string; found: string }) {
    return new UnderstoryError({
      code: 'MAP_NOT_READABLE',
      message: `The heat map "${path}" cannot be read.`,
      found,
      expected: 'a NumPy file of little-endian float32 [height, width]',
      next: 'Run the evaluation again into a new folder; the report leaves the example out.',
    });
  },

  runKindUnknown({ folder, found, known }: { folder: string; found: string; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'RUN_KIND_UNKNOWN',
      message: `The run in "${folder}" is of no kind that a report can be made of.`,
      found,
      expected: `the record of a run of the kind ${known.slice(0, -1).join(', ')} or ${known.at(-1)}`,
      next: 'Check the path; report a run of a newer Understory, or of a plugin of its own, with what wrote it.',
    });
  },

  summaryNotReadable({ path, found }: { path: string; found: string }) {
    return new UnderstoryError({
      code: 'SUMMARY_NOT_READABLE',
      message: `What the run found, "${path}", cannot be read.`,
      found,
      expected: 'the summary that a finished probe writes',
      next: 'Start the run again: it does nothing twice and writes the summary again.',
    });
  },
};
