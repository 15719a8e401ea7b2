import { isDiagnosed } from '@understory/core';

/** A failure of our own making, such as an error in a plugin, is not to be taken for a property of the image. */
export function reasonFor(error: unknown): string {
  if (isDiagnosed(error)) return `${error.code}: ${error.message} Found: ${error.found}. Expected: ${error.expected}.`;
  throw error;
}
