import type { AppendableFile, Sink, Store } from '@understory/core';
import { bytesOf, decodeUtf8, joined } from '../bytes.ts';
import { failuresOf } from '../store-failures.ts';
import { inside, partsOf, temporary } from '../store-names.ts';
import type { DirectoryHandle, FileHandle, LockManager } from './handles.ts';
import { ownLocks, sharedLocks } from './store-locks.ts';

export interface OpfsStoreOptions {
  /** What messages and locks call it; the folder's name by default. Two folders of one name need a path each. */
  readonly path?: string;
  /** `navigator.locks` by default; without them locks hold within this tab or worker. */
  readonly locks?: LockManager;
}

/**
 * The files of a run in a folder of the browser's private file system (`navigator.storage.getDirectory()`). A log grows in place in a
 * dedicated worker; elsewhere every flush copies it. Where the browser cannot rename files, a tab that is closed while a new file is
 * written may leave that file empty.
 */
export function opfsStore(
  root: DirectoryHandle,
  { path = root.name, locks = ofNavigator() }: OpfsStoreOptions = {},
): Store {
  const pathOf = (name: string) => [path, ...partsOf(name)].join('/');
  const { writing, reading } = failuresOf(pathOf);
  const { lock, alone } = locks === undefined ? ownLocks(path, pathOf) : sharedLocks(locks, path, pathOf);

  const folderAt = async (parts: readonly string[], create: boolean): Promise<DirectoryHandle> => {
    let folder = root;
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
    return folder;
  };
  /** The folder of a file and its name there; throws a NotFoundError where the folder is missing and not to be made. */
  const placeOf = async (name: string, create: boolean) => {
    const parts = partsOf(name);
    const base = parts.at(-1);
    if (base === undefined) throw new Error('it is a folder');
    return { folder: await folderAt(parts.slice(0, -1), create), base };
  };
  const find = (name: string): Promise<FileHandle | undefined> =>
    unlessMissing(async () => {
      const { folder, base } = await placeOf(name, false);
      return folder.getFileHandle(base);
    });
  const entriesOf = (folder: string) =>
    reading(folder, async () => {
      const handle = await unlessMissing(() => folderAt(partsOf(folder), false));
      return handle === undefined ? [] : collected(handle.entries());
    });
  const names = async (folder: string) => (await entriesOf(folder)).map(([name]) => name).toSorted();
  const list = async (folder: string): Promise<readonly string[]> => {
    const found = (await entriesOf(folder)).map(async ([name, { kind }]) =>
      kind === 'file' ? [inside(folder, name)] : list(inside(folder, name)),
    );
    return (await Promise.all(found)).flat().toSorted();
  };
  const read = (name: string): Promise<Uint8Array | undefined> =>
    reading(name, async () => {
      const file = await (await find(name))?.getFile();
      return file && new Uint8Array(await file.arrayBuffer());
    });
  const remove = async (name: string) => {
    await writing(name, async () => {
      if (name === '') {
        for (const each of await names('')) await root.removeEntry(each, { recursive: true });
        return;
      }
      await unlessMissing(async () => {
        const { folder, base } = await placeOf(name, false);
        await folder.removeEntry(base, { recursive: true });
      });
    });
  };

  /** Fills a file that is there; the browser shows the old contents until all are written. */
  const fillOver = async (name: string, file: FileHandle, fill: (sink: Sink) => Promise<void>) => {
    const writable = await writing(name, () => file.createWritable());
    try {
      await fill((bytes) => writing(name, () => writable.write(bytes.slice())));
    } catch (error) {
      // The first failure is the one to tell of.
      await writable.abort().catch(() => undefined);
      throw error;
    }
    await writing(name, () => writable.close());
  };
  const replace = async (name: string, fill: (sink: Sink) => Promise<void>) => {
    const { folder, base } = await writing(name, () => placeOf(name, true));
    const before = await writing(name, () => find(name));
    if (before !== undefined) return fillOver(name, before, fill);
    const made = `${base}.${crypto.randomUUID()}${temporary}`;
    const staged = await writing(name, () => folder.getFileHandle(made, { create: true }));
    try {
      if (staged.move !== undefined) {
        await fillOver(name, staged, fill);
        await writing(name, () => staged.move!(base));
        return;
      }
      const file = await writing(name, () => folder.getFileHandle(base, { create: true }));
      await fillOver(name, file, fill).catch(async (error: unknown) => {
        await folder.removeEntry(base).catch(() => undefined);
        throw error;
      });
    } finally {
      await folder.removeEntry(made).catch(() => undefined);
    }
  };

  return {
    path,
    pathOf,
    names,
    list,
    read,
    readText: async (name) => {
      const bytes = await read(name);
      return bytes && decodeUtf8(bytes);
    },
    async openToRead(name) {
      const handle = await reading(name, () => find(name));
      return (
        handle && {
          read: (target, position) =>
            reading(name, async () => {
              // A snapshot ends with the next change of the file.
              const file = await handle.getFile();
              const bytes = new Uint8Array(await file.slice(position, position + target.length).arrayBuffer());
              target.set(bytes);
              return bytes.length;
            }),
          close: async () => undefined,
        }
      );
    },
    async openToAppend(name, length) {
      const file = await writing(name, async () => {
        const { folder, base } = await placeOf(name, true);
        const handle = await folder.getFileHandle(base, { create: true });
        const start = Math.min(length, (await handle.getFile()).size);
        return handle.createSyncAccessHandle === undefined
          ? appendByCopying(handle, start)
          : appendInPlace(handle as Required<FileHandle>, start);
      });
      return {
        append: (bytes) => writing(name, () => file.append(bytes)),
        flush: () => writing(name, () => file.flush()),
        close: () => writing(name, () => file.close()),
      };
    },
    replace,
    write: async (name, contents) => {
      const bytes = bytesOf(contents);
      await replace(name, (sink) => sink(bytes));
    },
    create: async (name, contents) => {
      const bytes = bytesOf(contents);
      return alone('create', async () => {
        if ((await writing(name, () => find(name))) !== undefined) return false;
        await replace(name, (sink) => sink(bytes));
        return true;
      });
    },
    remove,
    async prepare(folder) {
      const trial = `${crypto.randomUUID()}${temporary}`;
      await writing(folder, async () => {
        const handle = await folderAt(partsOf(folder), true);
        const writable = await (await handle.getFileHandle(trial, { create: true })).createWritable();
        await writable.close();
        await handle.removeEntry(trial);
      });
    },
    lock,
    async removeLeftovers(...folders) {
      for (const folder of folders) {
        for (const name of await names(folder)) if (name.endsWith(temporary)) await remove(inside(folder, name));
      }
    },
  };
}

async function appendInPlace(file: Required<FileHandle>, start: number): Promise<AppendableFile> {
  const handle = await file.createSyncAccessHandle();
  let position = start;
  try {
    handle.truncate(start);
  } catch (error) {
    handle.close();
    throw error;
  }
  return {
    async append(bytes) {
      let left = bytes.slice();
      while (left.length > 0) {
        const written = handle.write(left, { at: position });
        position += written;
        left = left.subarray(written);
      }
    },
    flush: async () => handle.flush(),
    close: async () => handle.close(),
  };
}

async function appendByCopying(file: FileHandle, start: number): Promise<AppendableFile> {
  let position = start;
  let waiting: Uint8Array[] = [];
  const change = async (bytes: Uint8Array) => {
    const writable = await file.createWritable({ keepExistingData: true });
    try {
      await writable.truncate(position);
      await writable.seek(position);
      await writable.write(bytes.slice());
    } catch (error) {
      await writable.abort().catch(() => undefined);
      throw error;
    }
    await writable.close();
    position += bytes.length;
  };
  const flush = async () => {
    if (waiting.length === 0) return;
    const bytes = joined(waiting);
    await change(bytes);
    waiting = [];
  };
  await change(new Uint8Array());
  return { append: async (bytes) => void waiting.push(bytes.slice()), flush, close: flush };
}

function ofNavigator(): LockManager | undefined {
  return (globalThis as { readonly navigator?: { readonly locks?: LockManager } }).navigator?.locks;
}

async function collected<Value>(values: AsyncIterable<Value>): Promise<readonly Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}

async function unlessMissing<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((error as { readonly name?: unknown } | null)?.name === 'NotFoundError') return undefined;
    throw error;
  }
}
