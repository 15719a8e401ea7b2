import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { otherThanFile, readTextFile } from '@understory/imaging/files';
import type { ModelFiles } from './model-files.ts';

/** The disk, by its own paths. */
export const diskFiles: ModelFiles = {
  ...{ join, dirname, basename, extname },
  find: (path) =>
    unlessMissing(async () => {
      const found = await stat(path);
      const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
      return { kind, words: otherThanFile(found), size: found.size };
    }),
  names: (folder) => unlessMissing(async () => (await readdir(folder)).sort()),
  readText: (path, most) => unlessMissing(() => readTextFile(path, most)),
};

async function unlessMissing<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw cause;
  }
}
