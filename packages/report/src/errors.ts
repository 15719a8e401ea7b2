import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const reportErrors = {
  mapNotReadable({ path, found }: { path: string; found: string }) {
    return new UnderstoryError({
      code: 'MAP_NOT_READABLE',
      message: `The heat map "${path}" cannot be read.`,
      found,
      expected: 'a NumPy file of little-endian float32 [height, width]',
      next: 'Rerun the evaluation into a new folder; the report omits this example.',
    });
  },

  runKindUnknown({ folder, found, known }: { folder: string; found: string; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'RUN_KIND_UNKNOWN',
      message: `There is no report for the kind of run in "${folder}".`,
      found,
      expected: `the record of a run of the kind ${known.slice(0, -1).join(', ')} or ${known.at(-1)}`,
      next: 'Check the path; for a run of a newer version or of a separate plugin, use the program that wrote it.',
    });
  },

  summaryNotReadable({ path, found }: { path: string; found: string }) {
    return new UnderstoryError({
      code: 'SUMMARY_NOT_READABLE',
      message: `The summary "${path}" cannot be read.`,
      found,
      expected: 'the summary that a finished probe writes',
      next: 'Start the run again: it does nothing twice and writes the summary again.',
    });
  },
};
