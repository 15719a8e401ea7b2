import { mkdir, readdir, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { writeWhole } from '@understory/environment-node';
import type { AddedFiles, GivenFile } from '../engine/engine.ts';
import { sortFiles } from '../engine/sort-files.ts';
import { serverErrors } from './errors.ts';
import { isPlain } from './places.ts';

const prefix = '.dropped-';

/** Files that are dropped into the page, in a hidden folder among the runs until the server ends. */
export class Uploads {
  readonly folder: string;
  readonly #runs: string;

  constructor(runs: string) {
    this.#runs = runs;
    this.folder = join(runs, `${prefix}${process.pid}-${randomBytes(8).toString('hex')}`);
  }

  /** Throws FILE_NAME_INVALID, and OUTPUT_NOT_WRITABLE. */
  async add(files: readonly GivenFile[]): Promise<AddedFiles> {
    for (const { path } of files) if (!isPlain(path)) throw serverErrors.fileNameInvalid({ path });
    await mkdir(this.#runs, { recursive: true });
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const { path, bytes } of files) {
      const place = join(this.folder, path);
      await mkdir(dirname(place), { recursive: true }).catch(() => {
        throw serverErrors.fileNameInvalid({ path });
      });
      await writeWhole(place, bytes);
    }
    return sortFiles(files);
  }

  /** Removes what servers left that were ended from outside. */
  async removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.#runs).catch(() => [])) {
      const [, pid] = /^\.dropped-(\d+)-[0-9a-f]{16}$/.exec(name) ?? [];
      if (pid !== undefined && !isAlive(Number(pid)))
        await rm(join(this.#runs, name), { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
