import { environmentFailure, isDiagnosed } from '@understory/core';

/** A failure of our own making, such as an error in a plugin, or of the environment is not to be taken for a property of the image. */
export function reasonFor(error: unknown): string {
  if (isDiagnosed(error) && environmentFailure(error) === undefined)
    return `${error.code}: ${error.message} Found: ${error.found}. Expected: ${error.expected}.`;
  throw error;
}
