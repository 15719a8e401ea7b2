import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, experimentErrors, messageOf } from './errors.ts';
import { disk, type FileSystem } from './file-system.ts';

/** Takes bytes in order. */
export type Sink = (bytes: Uint8Array) => Promise<void>;

const temporary = '.tmp';

/**
 * A folder whose files appear as a whole or not at all; only logs grow in place.
 * Every failure of the disk is thrown as RUN_FOLDER_NOT_WRITABLE or RUN_FOLDER_NOT_READABLE, naming the file.
 */
export class RunFolder {
  readonly path: string;
  readonly #fileSystem: FileSystem;

  constructor(path: string, fileSystem: FileSystem = disk) {
    this.path = path;
    this.#fileSystem = fileSystem;
  }

  pathOf(name: string): string {
    return join(this.path, name);
  }

  async make(name = ''): Promise<void> {
    await this.#writing(name, this.#fileSystem.mkdir(this.pathOf(name), { recursive: true }));
  }

  /** The names in it, in order; none where the folder does not exist. */
  async list(): Promise<readonly string[]> {
    const names = await this.#reading('', unless('ENOENT', this.#fileSystem.readdir(this.path)));
    return (names ?? []).toSorted();
  }

  /** Undefined where there is no such file. */
  async read(name: string): Promise<string | undefined> {
    return this.#reading(name, unless('ENOENT', this.#fileSystem.readFile(this.pathOf(name), 'utf8')));
  }

  /** Undefined where there is no such file. */
  async openToRead(name: string): Promise<ReadableFile | undefined> {
    const handle = await this.#reading(name, unless('ENOENT', this.#fileSystem.open(this.pathOf(name), 'r')));
    if (handle === undefined) return undefined;
    return {
      read: async (target, position) => {
        const { bytesRead } = await this.#reading(name, handle.read(target, 0, target.length, position));
        return bytesRead;
      },
      close: () => handle.close(),
    };
  }

  /** Cut to `length` bytes, which are what it is known to hold, and made where it does not exist. */
  async openToAppend(name: string, length: number): Promise<AppendableFile> {
    const handle = await this.#writing(name, this.#fileSystem.open(this.pathOf(name), 'a'));
    const file: AppendableFile = {
      append: (bytes) => this.#writing(name, writeWhole(handle, bytes)),
      flush: () => this.#writing(name, handle.datasync()),
      close: () => handle.close(),
    };
    try {
      await this.#writing(name, handle.truncate(length));
      await file.flush();
      await this.#flushEntries(name);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return file;
  }

  /** Writes a file as a whole or not at all, over one that is there. */
  async replace(name: string, write: (sink: Sink) => Promise<void>): Promise<void> {
    await this.#stage(name, write, async (staged) => {
      await this.#writing(name, this.#fileSystem.rename(this.pathOf(staged), this.pathOf(name)));
    });
  }

  /** Writes a file as a whole unless it is there already; whether it did. */
  async create(name: string, text: string): Promise<boolean> {
    let made: boolean | undefined;
    // Again where the process that had the folder to itself took the staged file for a leftover.
    while (made === undefined) {
      const publish = async (staged: string) => {
        const link = this.#fileSystem.link(this.pathOf(staged), this.pathOf(name)).then(() => true);
        made = await this.#writing(name, unless('ENOENT', orElse(false, unless('EEXIST', link))));
        await this.remove(staged);
      };
      await this.#stage(name, (sink) => sink(Buffer.from(text)), publish);
    }
    return made;
  }

  async remove(name: string): Promise<void> {
    await this.#writing(name, unless('ENOENT', this.#fileSystem.unlink(this.pathOf(name))));
  }

  /** What a killed process had not finished writing; only for who has the folder to itself. */
  async removeLeftovers(...folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      const names = await new RunFolder(this.pathOf(folder), this.#fileSystem).list();
      for (const name of names) if (name.endsWith(temporary)) await this.remove(join(folder, name));
    }
  }

  async #stage(
    name: string,
    write: (sink: Sink) => Promise<void>,
    publish: (staged: string) => Promise<void>,
  ): Promise<void> {
    const staged = `${name}.${randomUUID()}${temporary}`;
    try {
      const handle = await this.#writing(name, this.#fileSystem.open(this.pathOf(staged), 'w'));
      try {
        await write((bytes) => this.#writing(name, writeWhole(handle, bytes)));
        await this.#writing(name, handle.sync());
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

  /** Makes a new name in a folder survive a loss of power, where the platform lets folders be opened. */
  async #flushEntries(name: string): Promise<void> {
    if (process.platform === 'win32') return;
    const handle = await this.#writing(name, this.#fileSystem.open(dirname(this.pathOf(name)), 'r'));
    try {
      await this.#writing(name, handle.sync());
    } finally {
      await handle.close();
    }
  }

  #writing<Result>(name: string, work: Promise<Result>): Promise<Result> {
    return coded(work, (reason, cause) => experimentErrors.notWritable({ path: this.pathOf(name), reason, cause }));
  }

  #reading<Result>(name: string, work: Promise<Result>): Promise<Result> {
    return coded(work, (reason, cause) => experimentErrors.notReadable({ path: this.pathOf(name), reason, cause }));
  }
}

export interface ReadableFile {
  /** How many bytes came; fewer than asked for at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface AppendableFile {
  append(bytes: Uint8Array): Promise<void>;
  /** Returns when all that was appended would survive a loss of power. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
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

async function coded<Result>(work: Promise<Result>, make: (reason: string, cause: unknown) => Error): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw make(messageOf(error), error);
  }
}
