import { resolve } from 'node:path';
import { reasonOf } from '@understory/core';
import { readTextFile } from '@understory/imaging/files';
import { environmentErrors } from './errors.ts';

/** Words or answers that a network numbers: JSON, or one a line. Throws FILE_NOT_READABLE and VOCABULARY_INVALID. */
export async function readVocabulary(path: string, cwd: string): Promise<unknown> {
  let text: string;
  try {
    text = await readTextFile(resolve(cwd, path));
  } catch (cause) {
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
  if (!/^\s*[[{]/.test(text)) {
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw environmentErrors.vocabularyInvalid({ path, reason: reasonOf(cause) });
  }
}
