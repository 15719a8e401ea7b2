import { environmentFailure, isDiagnosed, isPluginFault, type Diagnosis } from '@understory/core';

/** A failure of our own making, an error in a plugin, or of the environment is not to be taken for a property of the image. */
export function reasonFor(error: unknown): string {
  if (isDiagnosed(error) && !isPluginFault(error) && environmentFailure(error) === undefined)
    return diagnosisText(error);
  throw error;
}

/** The same of what has results of its own beside others, which are not lost with it: a fault of its plugin is a reason too. */
export function reasonForOne(error: unknown): string {
  return isDiagnosed(error) && isPluginFault(error) ? diagnosisText(error) : reasonFor(error);
}

function diagnosisText({ code, message, found, expected }: Error & Diagnosis): string {
  return `${code}: ${message} Found: ${found}. Expected: ${expected}.`;
}
