import { reasonOf, systemCode } from '@understory/core';
import { cliErrors } from '../errors.ts';
import { errorRecord, json } from '../formatters/json.ts';
import type { Io } from '../io.ts';
import { formatError } from '../report-error.ts';
import type { Standing } from '../standing.ts';
import type { Silence, Words } from './surroundings.ts';

/** What is said in place of a command that cannot: the error, and with --json the document of what is done. */
export function wordsFor(
  silence: Silence,
  standing: Standing,
  {
    io,
    asJson,
    heapLimit,
  }: { readonly io: Pick<Io, 'stderr' | 'env'>; readonly asJson: boolean; readonly heapLimit: number },
): Words {
  const error = errorOf(silence, standing, heapLimit);
  const { document, images, failures } = standing;
  const isWhole = asJson && document !== undefined && silence.kind !== 'notWritable';
  return {
    stdout: isWhole ? json({ ...document, images, failures: [...failures, { error: errorRecord(error) }] }) : '',
    stderr: formatError(io, error, { json: asJson }),
  };
}

function errorOf(silence: Silence, { begun, done, asked, resumes }: Standing, heapLimit: number): unknown {
  switch (silence.kind) {
    case 'interrupted':
      return cliErrors.interrupted({ done, asked: begun ? asked : undefined, resumes });
    case 'neverSettled':
      return cliErrors.neverSettled();
    case 'left':
      return cliErrors.rejectionUnhandled({
        reason: silence.error.stack ?? silence.error.message,
        cause: silence.error,
      });
    case 'notWritable': {
      const { stream, error } = silence;
      return cliErrors.streamNotWritable({ stream, reason: reasonOf(error), cause: error });
    }
    case 'failed': {
      const { error } = silence;
      if (systemCode(error) === 'ERR_WORKER_OUT_OF_MEMORY')
        return cliErrors.outOfMemory({ limit: heapLimit, cause: error });
      return error;
    }
  }
}
