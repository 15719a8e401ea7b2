import { resolve } from 'node:path';
import { reasonOf } from '@understory/core';
import { readTextFile } from '@understory/imaging/files';
import { environmentErrors } from './errors.ts';

/** Ids with commas between them, or `@file` with one a line; throws FILE_NOT_READABLE. */
export async function readIds(text: string, cwd: string): Promise<readonly string[]> {
  if (!text.startsWith('@')) return parts(text, ',');
  const path = text.slice(1);
  try {
    return parts(await readTextFile(resolve(cwd, path)), '\n');
  } catch (cause) {
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
}

function parts(text: string, separator: string): readonly string[] {
  const ids = text.split(separator).map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ''))];
}
