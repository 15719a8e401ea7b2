import { resolve } from 'node:path';
import { reasonOf } from '@understory/core';
import { readTextFile } from '@understory/imaging/files';
import { parseVocabulary } from '@understory/studies/setup';
import { environmentErrors } from './errors.ts';

/** Words or answers that a network numbers: JSON, or one a line. Throws FILE_NOT_READABLE and VOCABULARY_INVALID. */
export async function readVocabulary(path: string, cwd: string): Promise<unknown> {
  let text: string;
  try {
    text = await readTextFile(resolve(cwd, path));
  } catch (cause) {
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
  return parseVocabulary(text, path);
}
