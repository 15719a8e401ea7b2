import { environmentFailure, messageOf, UnderstoryError } from '@understory/core';

/** One parameter in which a run folder differs from what is asked of it. */
export interface Difference {
  /** Where in `run.json`, as `parameters.steps`. */
  readonly key: string;
  /** As JSON, `nothing` where it is absent. */
  readonly stored: string;
  readonly now: string;
}

/** Every error of this package, by what went wrong. */
export const experimentErrors = {
  notWritable({ path, reason, cause }: { path: string; reason: string; cause: unknown }) {
    return new UnderstoryError({
      code: 'RUN_FOLDER_NOT_WRITABLE',
      message: `"${path}" cannot be written.`,
      found: reason,
      expected: 'a run folder that can be written to, on a disk with room',
      next: 'Make room or repair the folder and start it again: it goes on from what was written. Or name another folder.',
      remedy: { kind: 'settings', settings: [{ name: 'out' }] },
      cause,
    });
  },

  notReadable({ path, reason, cause }: { path: string; reason: string; cause: unknown }) {
    return new UnderstoryError({
      code: 'RUN_FOLDER_NOT_READABLE',
      message: `"${path}" cannot be read.`,
      found: reason,
      expected: 'a run folder that can be read',
      next: 'Check the path and its permissions.',
      cause,
    });
  },

  notFound({ folder }: { folder: string }) {
    return new UnderstoryError({
      code: 'RUN_NOT_FOUND',
      message: `"${folder}" is not a run folder.`,
      found: 'no run.json in it',
      expected: 'a folder with the results of a run',
      next: 'Check the path.',
    });
  },

  parametersDiffer({ folder, differences }: { folder: string; differences: readonly Difference[] }) {
    return new UnderstoryError({
      code: 'RUN_PARAMETERS_DIFFER',
      message: `The run folder "${folder}" has different parameters.`,
      found: differences.map(({ key, stored, now }) => `${key}: stored ${stored}, now ${now}`).join('; '),
      expected: 'the parameters that the run was started with',
      next: 'Give the stored parameters to go on with this run, or name another folder.',
      remedy: { kind: 'settings', settings: [{ name: 'out' }] },
    });
  },

  recordDamaged({ path, reason, cause }: { path: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'RUN_RECORD_DAMAGED',
      message: `"${path}" is not a valid run record.`,
      found: reason,
      expected: 'the record of a run, of format 2',
      next: 'Restore the file, or name another folder.',
      remedy: { kind: 'settings', settings: [{ name: 'out' }] },
      cause,
    });
  },

  formatOld({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'RUN_FORMAT_OLD',
      message: `The run of "${path}" was written by an earlier version, whose logs have no checksums.`,
      found: 'format 1',
      expected: 'format 2',
      next: 'Rerun it into another folder, or finish it with the version that started it.',
    });
  },

  logDamaged({ path, line, reason, cause }: { path: string; line: number; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'RUN_LOG_DAMAGED',
      message: `"${path}" is damaged at line ${line}.`,
      found: reason,
      expected: 'one JSON object per line with its checksum, as written by this run',
      next: `Restore the line, or delete line ${line} and start the run again: what it held is computed again.`,
      cause,
    });
  },

  tableDamaged({ path, reason }: { path: string; reason: string }) {
    return new UnderstoryError({
      code: 'RUN_TABLE_DAMAGED',
      message: `"${path}" is not as the run wrote it.`,
      found: reason,
      expected: 'the tables that a finished run writes, each as CSV and Parquet',
      next: 'Start the run again: it computes no item twice, and writes its tables again out of the logs.',
    });
  },

  /** `path` is a file that may be deleted, unless the lock ends with its holder. */
  locked({ path, holder, endsWithHolder = false }: { path: string; holder: string; endsWithHolder?: boolean }) {
    return new UnderstoryError({
      code: 'RUN_LOCKED',
      message: 'Another process is using this run folder.',
      found: `${holder}, by the lock "${path}"`,
      expected: 'one process per run, or one per shard',
      next: endsWithHolder
        ? 'Wait until it has ended, or end it.'
        : `Wait until it has ended. If it ran on another machine and has ended, delete "${path}".`,
    });
  },

  lockLost({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'RUN_LOCK_LOST',
      message: 'The lock of this run was lost during the run.',
      found: `"${path}" is gone or belongs to another process`,
      expected: 'the lock that this process made',
      next: 'Start the run again when no other process works in the folder; it goes on from what was written.',
    });
  },

  itemsChanged({ place, before, now }: { place: number; before: string; now: string }) {
    return new UnderstoryError({
      code: 'RUN_ITEMS_CHANGED',
      message: 'The data set differs from the one that the run was started with.',
      found: `item ${place}, counted from 0, was ${before} and is now ${now}`,
      expected: 'the same items in the same order',
      next: 'Restore the data set, or name another folder.',
      remedy: { kind: 'settings', settings: [{ name: 'out' }] },
    });
  },

  itemRepeated({ item, first, second }: { item: string; first: number; second: number }) {
    return new UnderstoryError({
      code: 'RUN_ITEM_REPEATED',
      message: 'Two items of the data set have the same id.',
      found: `"${item}" as items ${first} and ${second}, counted from 0`,
      expected: 'unique ids: records and seeds depend on them',
      next: 'Correct the data set or the reader that names its items.',
    });
  },

  itemFailed({ item, cause }: { item: string; cause: unknown }) {
    const { code, message } = failureOf(cause);
    return new UnderstoryError({
      code: 'RUN_ITEM_FAILED',
      message: `"${item}" failed: ${message}`,
      found: code,
      expected: 'no failure, because the run is strict',
      next: 'Fix the item and start the run again, or leave strict out to record failures and go on.',
      remedy: { kind: 'settings', settings: [{ name: 'strict' }] },
      cause,
    });
  },

  stopped({ item, cause }: { item: string; cause: unknown }) {
    return new UnderstoryError({
      code: 'RUN_STOPPED',
      message: `The run stopped at "${item}", which is not recorded as failed: ${messageOf(cause)}`,
      found: `${environmentFailure(cause) ?? failureOf(cause).code}${foundOf(cause)}`,
      expected: 'files that can be read and written, and room on the disk',
      next: 'Restore the file, its permissions or the room, and start the run again: it goes on where it stopped.',
      cause,
    });
  },

  rowNotStorable({ place, found }: { place: string; found: string }) {
    return new UnderstoryError({
      code: 'ROW_NOT_STORABLE',
      message: `A row has a value that cannot be stored: ${found} at ${place}.`,
      found: `${found} at ${place}`,
      expected: 'finite numbers, strings, booleans, null, and lists and objects of them',
      next: 'Omit undefined results and give the reason in a separate field.',
    });
  },

  incomplete({ folder, found }: { folder: string; found: string }) {
    return new UnderstoryError({
      code: 'RUN_INCOMPLETE',
      message: `The run in "${folder}" is not complete.`,
      found,
      expected: 'the results of every item',
      next: 'Run every shard to its end, each with the parameters it was started with, and merge again.',
    });
  },
} as const;

/** What is recorded of an item that failed. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

export function failureOf(error: unknown): Failure {
  return { code: codeOf(error) ?? nameOf(error) ?? 'UNKNOWN', message: messageOf(error) };
}

// Errors are judged by their fields, because those of another realm or of Node itself are of another class.

/** As `ENOENT`, or the code of an error with a diagnosis. */
export function codeOf(error: unknown): string | undefined {
  return textOf(error, 'code');
}

function foundOf(error: unknown): string {
  const found = textOf(error, 'found');
  return found === undefined ? '' : `, ${found}`;
}

function nameOf(error: unknown): string | undefined {
  return textOf(error, 'name');
}

function textOf(error: unknown, field: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : undefined;
}
