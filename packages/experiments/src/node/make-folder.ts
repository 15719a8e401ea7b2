import { dirname } from 'node:path';
import { systemCode } from '@understory/core';
import { disk, type FileSystem } from './file-system.ts';

/** Makes a folder and those above it; by hand, because Node's own way never ends in places such as /proc. */
export async function makeFolder(path: string, fileSystem: Pick<FileSystem, 'mkdir' | 'stat'> = disk): Promise<void> {
  try {
    await make(path, fileSystem);
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT' || dirname(path) === path) throw cause;
    await makeFolder(dirname(path), fileSystem);
    await make(path, fileSystem);
  }
}

async function make(path: string, fileSystem: Pick<FileSystem, 'mkdir' | 'stat'>): Promise<void> {
  try {
    await fileSystem.mkdir(path);
  } catch (cause) {
    if (systemCode(cause) !== 'EEXIST' || !(await fileSystem.stat(path)).isDirectory()) throw cause;
  }
}
