import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { AppendableFile, LockRequest, ReadableFile, Sink, Store, StoreLock } from '@understory/core';
import { codeOf } from '../errors.ts';
import { failuresOf, type Failures } from '../store-failures.ts';
import { inside, partsOf, temporary } from '../store-names.ts';
import { bytesOf, decodeUtf8 } from '../bytes.ts';
import { disk, type FileSystem } from './file-system.ts';
import { makeFolder } from './make-folder.ts';
import { acquireLock, removeAbandonedLocks } from './run-lock.ts';

/** The files of a run in a folder of the disk, which is made when something is first written. */
export function nodeStore(folder: string, fileSystem: FileSystem = disk): Store {
  return new NodeStore(folder, fileSystem);
}

class NodeStore implements Store {
  readonly path: string;
  readonly #fileSystem: FileSystem;
  readonly #failures: Failures;

  constructor(path: string, fileSystem: FileSystem) {
    this.path = path;
    this.#fileSystem = fileSystem;
    this.#failures = failuresOf((name) => this.pathOf(name));
  }

  pathOf(name: string): string {
    return join(this.path, ...partsOf(name));
  }

  async names(folder: string): Promise<readonly string[]> {
    const path = this.pathOf(folder);
    const names = await this.#failures.reading(folder, () => unless('ENOENT', this.#fileSystem.readdir(path)));
    return (names ?? []).toSorted();
  }

  async list(folder: string): Promise<readonly string[]> {
    const path = this.pathOf(folder);
    const entries = await this.#failures.reading(folder, () =>
      unless('ENOENT', this.#fileSystem.readdir(path, { recursive: true, withFileTypes: true })),
    );
    return (entries ?? [])
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(this.pathOf(''), join(entry.parentPath, entry.name)).split(sep).join('/'))
      .toSorted();
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const path = this.pathOf(name);
    const bytes = await this.#failures.reading(name, () => unless('ENOENT', this.#fileSystem.readFile(path)));
    return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  async readText(name: string): Promise<string | undefined> {
    const bytes = await this.read(name);
    return bytes && decodeUtf8(bytes);
  }

  async openToRead(name: string): Promise<ReadableFile | undefined> {
    const path = this.pathOf(name);
    const { reading } = this.#failures;
    const handle = await reading(name, () => unless('ENOENT', this.#fileSystem.open(path, 'r')));
    if (handle === undefined) return undefined;
    return {
      read: async (target, position) => {
        const { bytesRead } = await reading(name, () => handle.read(target, 0, target.length, position));
        return bytesRead;
      },
      close: () => handle.close(),
    };
  }

  async openToAppend(name: string, length: number): Promise<AppendableFile> {
    const { writing } = this.#failures;
    const handle = await writing(name, () => this.#openToWrite(this.pathOf(name), 'a'));
    const file: AppendableFile = {
      append: (bytes) => writing(name, () => writeAll(handle, bytes)),
      flush: () => writing(name, () => handle.datasync()),
      close: () => handle.close(),
    };
    try {
      await writing(name, () => handle.truncate(length));
      await file.flush();
      await this.#flushEntries(name);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return file;
  }

  async replace(name: string, fill: (sink: Sink) => Promise<void>): Promise<void> {
    await this.#stage(name, fill, async (staged) => {
      await this.#failures.writing(name, () => this.#fileSystem.rename(this.pathOf(staged), this.pathOf(name)));
    });
  }

  async write(name: string, contents: Uint8Array | string): Promise<void> {
    const bytes = bytesOf(contents);
    await this.replace(name, (sink) => sink(bytes));
  }

  async create(name: string, contents: Uint8Array | string): Promise<boolean> {
    const bytes = bytesOf(contents);
    let made: boolean | undefined;
    // Again where the process that had the folder to itself took the staged file for a leftover.
    while (made === undefined) {
      const publish = async (staged: string) => {
        const link = async () => {
          await this.#fileSystem.link(this.pathOf(staged), this.pathOf(name));
          return true;
        };
        made = await this.#failures.writing(name, () => unless('ENOENT', orElse(false, unless('EEXIST', link()))));
        await this.remove(staged);
      };
      await this.#stage(name, (sink) => sink(bytes), publish);
    }
    return made;
  }

  async remove(name: string): Promise<void> {
    const path = this.pathOf(name);
    await this.#failures.writing(name, () => this.#fileSystem.rm(path, { recursive: true, force: true }));
  }

  async prepare(folder: string): Promise<void> {
    const trial = this.pathOf(inside(folder, `${randomUUID()}${temporary}`));
    await this.#failures.writing(folder, async () => {
      await makeFolder(this.pathOf(folder), this.#fileSystem);
      const handle = await this.#fileSystem.open(trial, 'w');
      await handle.close();
      await this.#fileSystem.rm(trial, { force: true });
    });
  }

  lock(request: LockRequest): Promise<StoreLock> {
    return acquireLock(this, request);
  }

  async removeLeftovers(...folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      for (const name of await this.names(folder))
        if (name.endsWith(temporary)) await this.remove(inside(folder, name));
    }
    await removeAbandonedLocks(this);
  }

  async #stage(
    name: string,
    fill: (sink: Sink) => Promise<void>,
    publish: (staged: string) => Promise<void>,
  ): Promise<void> {
    const { writing } = this.#failures;
    const staged = `${name}.${randomUUID()}${temporary}`;
    try {
      const handle = await writing(name, () => this.#openToWrite(this.pathOf(staged), 'w'));
      try {
        await fill((bytes) => writing(name, () => writeAll(handle, bytes)));
        await writing(name, () => handle.sync());
      } finally {
        await handle.close();
      }
      await publish(staged);
    } catch (error) {
      // The first failure is the one to tell of.
      await this.remove(staged).catch(() => undefined);
      throw error;
    }
    await this.#flushEntries(name);
  }

  /** Opens a file, making the folders above it where there are none. */
  async #openToWrite(path: string, flags: 'a' | 'w'): Promise<FileHandle> {
    const handle = await unless('ENOENT', this.#fileSystem.open(path, flags));
    if (handle !== undefined) return handle;
    await makeFolder(dirname(path), this.#fileSystem);
    return this.#fileSystem.open(path, flags);
  }

  /** Makes a new name in a folder survive a loss of power, where the platform lets folders be opened. */
  async #flushEntries(name: string): Promise<void> {
    if (process.platform === 'win32') return;
    const { writing } = this.#failures;
    const handle = await writing(name, () => this.#fileSystem.open(dirname(this.pathOf(name)), 'r'));
    try {
      await writing(name, () => handle.sync());
    } finally {
      await handle.close();
    }
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written);
    written += bytesWritten;
  }
}

async function unless<Result>(code: string, work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === code) return undefined;
    throw error;
  }
}

async function orElse<Result>(otherwise: Result, work: Promise<Result | undefined>): Promise<Result> {
  return (await work) ?? otherwise;
}
