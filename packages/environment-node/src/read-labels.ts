import { readTextFile } from '@understory/imaging/files';
import { resolve } from 'node:path';
import { reasonOf } from '@understory/core';
import { parseLabels } from '@understory/studies/setup';
import { environmentErrors } from './errors.ts';

/** Labels from a file; throws FILE_NOT_READABLE and LABELS_INVALID. */
export async function readLabels(path: string, cwd: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readTextFile(resolve(cwd, path));
  } catch (cause) {
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
  return parseLabels(text, path);
}
