import { isDiagnosed, type Diagnosis } from '@understory/core';
import { cliErrors } from '../errors.ts';

/** One JSON document with a line break at its end; numbers that JSON lacks become null. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** An error as results and `--json` carry it; what has no diagnosis is one of Understory's own. */
export function errorRecord(error: unknown): Diagnosis & { readonly message: string } {
  const { code, message, found, expected, next } = isDiagnosed(error) ? error : cliErrors.internal(error);
  return { code, message, found, expected, next };
}
