import { isDiagnosed, type Diagnosis } from '@understory/core';
import { cliErrors } from '../errors.ts';
import { withRemedy } from './remedy.ts';

/** One JSON document with a line break at its end; numbers that JSON lacks become null. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** An error as results and `--json` carry it, its remedy in the words of the command; what has no diagnosis is one of Understory's own. */
export function errorRecord(error: unknown): Omit<Diagnosis, 'remedy'> & { readonly message: string } {
  const { code, message, found, expected, next, remedy } = isDiagnosed(error) ? error : cliErrors.internal(error);
  return { code, message, found, expected, next: withRemedy(next, remedy) };
}
