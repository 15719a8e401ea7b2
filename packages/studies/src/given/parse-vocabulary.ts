import { reasonOf } from '@understory/core';
import { studyErrors } from '../errors.ts';

/** Words or answers that a network numbers: JSON, or one a line. Throws VOCABULARY_INVALID. */
export function parseVocabulary(text: string, path: string): unknown {
  if (!/^\s*[[{]/.test(text)) {
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw studyErrors.vocabularyInvalid({ path, reason: reasonOf(cause) });
  }
}
