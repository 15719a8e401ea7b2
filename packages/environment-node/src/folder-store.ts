import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { reasonOf, systemCode } from '@understory/core';
import type { ArtifactStore } from '@understory/studies';
import { environmentErrors } from './errors.ts';
import { prepareFolder, writeWhole } from './write-file.ts';

/** A folder on disk as the place of a study's pictures and maps. */
export function folderStore(folder: string): ArtifactStore {
  const pathOf = (name: string) => join(folder, ...name.split('/'));
  const made = new Set<string>();
  return {
    path: folder,
    async write(name, bytes) {
      const path = pathOf(name);
      const parent = dirname(path);
      if (!made.has(parent)) await prepareFolder(parent);
      made.add(parent);
      await writeWhole(path, bytes);
    },
    prepare: (name) => prepareFolder(pathOf(name)),
    async list(name) {
      const entries = await unlessMissing(
        pathOf(name),
        readdir(pathOf(name), { recursive: true, withFileTypes: true }),
      );
      const files = (entries ?? []).filter((entry) => !entry.isDirectory());
      return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')).sort();
    },
    async read(name) {
      const bytes = await unlessMissing(pathOf(name), readFile(pathOf(name)));
      return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    async remove(name) {
      try {
        await rm(pathOf(name), { recursive: true, force: true });
        made.clear();
      } catch (cause) {
        throw environmentErrors.outputNotWritable({ path: pathOf(name), reason: reasonOf(cause), cause });
      }
    },
  };
}

/** Undefined where there is no such file or folder; throws FILE_NOT_READABLE for what the system says otherwise. */
async function unlessMissing<Result>(path: string, work: Promise<Result>): Promise<Result | undefined> {
  return work.catch((cause: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause))) return undefined;
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  });
}
