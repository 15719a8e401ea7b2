import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reasonOf } from '@understory/core';
import { makeFolder } from '@understory/experiments/node';
import { environmentErrors } from './errors.ts';
import { unfinished } from './unfinished-files.ts';

/** Writes a file as a whole or not at all; throws OUTPUT_NOT_WRITABLE, and then nothing of it stays behind. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const staged = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await unfinished(staged, async () => {
      try {
        await writeFile(staged, bytes, { flag: 'wx' });
        await rename(staged, path);
      } catch (cause) {
        await rm(staged, { force: true }).catch(() => undefined);
        throw cause;
      }
    });
  } catch (cause) {
    throw environmentErrors.outputNotWritable({ path, reason: reasonOf(cause), cause });
  }
}

/** Makes the folder and tries it out, so that a long run does not end in an error; throws OUTPUT_NOT_WRITABLE. */
export async function prepareFolder(folder: string): Promise<void> {
  const trial = join(folder, `.${randomUUID()}.tmp`);
  try {
    await makeFolder(folder);
    await writeFile(trial, '', { flag: 'wx' });
    await rm(trial);
  } catch (cause) {
    throw environmentErrors.outputNotWritable({ path: folder, reason: reasonOf(cause), cause });
  }
}
