import { resolve } from 'node:path';
import { reasonOf } from '@understory/core';
import type { NpyArray } from '@understory/imaging';
import { fileLimits, readRegularFile } from '@understory/imaging/files';
import { parseTable } from '@understory/studies/setup';
import { environmentErrors } from './errors.ts';

type Table = Omit<NpyArray, 'type'>;

/** Numbers out of a NumPy file, or out of JSON lists of one length at each depth; throws FILE_NOT_READABLE and FEED_INVALID. */
export async function readTable(path: string, cwd: string): Promise<Table> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(resolve(cwd, path), fileLimits.text);
  } catch (cause) {
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
  return parseTable(bytes, path);
}
