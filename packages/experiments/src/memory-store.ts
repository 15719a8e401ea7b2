import type { AppendableFile, Sink, Store } from '@understory/core';
import { bytesOf, decodeUtf8, joined } from './bytes.ts';
import { LockTable } from './lock-table.ts';
import { failuresOf } from './store-failures.ts';
import { inside, partsOf } from './store-names.ts';

export interface MemoryStoreOptions {
  /** What messages call it; `memory` by default. */
  readonly path?: string;
}

/** The files of a run in memory, for as long as somebody holds the store. */
export function memoryStore({ path = 'memory' }: MemoryStoreOptions = {}): Store {
  const files = new Map<string, GrowingBytes>();
  const folders = new Set<string>(['']);
  const pathOf = (name: string) => [path, ...partsOf(name)].join('/');
  const { writing, reading } = failuresOf(pathOf);
  const locks = new LockTable((name) => pathOf(`${name}.lock`));

  /** The file, undefined where there is none; throws where the name is a folder's or leads through a file. */
  const find = (name: string): GrowingBytes | undefined => {
    if (folders.has(name)) throw new Error('it is a folder');
    checkWay(name);
    return files.get(name);
  };
  const checkWay = (name: string) => {
    const through = foldersAbove(name).find((folder) => files.has(folder));
    if (through !== undefined) throw new Error(`"${through}" is a file`);
  };
  const makeFolder = (folder: string) => {
    checkWay(folder);
    if (files.has(folder)) throw new Error('it is a file');
    for (const name of [...foldersAbove(folder), folder]) folders.add(name);
  };
  const put = (name: string, bytes: Uint8Array) => {
    find(name);
    makeFolder(foldersAbove(name).at(-1) ?? '');
    files.set(name, new GrowingBytes(bytes));
  };
  const below = (folder: string) => {
    checkWay(folder);
    if (files.has(folder)) throw new Error('it is a file');
    const start = folder === '' ? '' : `${folder}/`;
    return (names: Iterable<string>) => [...names].filter((name) => name !== '' && name.startsWith(start)).toSorted();
  };
  const read = (name: string) => reading(name, async () => find(name)?.bytes());
  const replace = async (name: string, fill: (sink: Sink) => Promise<void>) => {
    await writing(name, async () => find(name));
    const pieces: Uint8Array[] = [];
    await fill(async (bytes) => void pieces.push(bytes.slice()));
    await writing(name, async () => put(name, joined(pieces)));
  };

  return {
    path,
    pathOf,
    names: async (folder) => {
      const within = await reading(folder, async () => below(folder));
      const start = folder === '' ? 0 : folder.length + 1;
      return [...new Set(within([...files.keys(), ...folders]).map((name) => name.slice(start).split('/')[0]!))].sort();
    },
    list: async (folder) => (await reading(folder, async () => below(folder)))(files.keys()),
    read,
    readText: async (name) => {
      const bytes = await read(name);
      return bytes && decodeUtf8(bytes);
    },
    async openToRead(name) {
      const file = await reading(name, async () => find(name));
      return (
        file && {
          read: async (target, position) => {
            const bytes = file.bytes(position, position + target.length);
            target.set(bytes);
            return bytes.length;
          },
          close: async () => undefined,
        }
      );
    },
    async openToAppend(name, length): Promise<AppendableFile> {
      const file = await writing(name, async () => {
        if (find(name) === undefined) put(name, new Uint8Array());
        return find(name)!;
      });
      file.cut(length);
      return {
        append: async (bytes) => file.append(bytes),
        flush: async () => undefined,
        close: async () => undefined,
      };
    },
    replace,
    write: async (name, contents) => {
      const bytes = bytesOf(contents);
      await replace(name, (sink) => sink(bytes));
    },
    async create(name, contents) {
      return writing(name, async () => {
        if (find(name) !== undefined) return false;
        put(name, bytesOf(contents));
        return true;
      });
    },
    async remove(name) {
      await writing(name, async () => checkWay(name));
      for (const each of [...files.keys()]) if (isWithin(each, name)) files.delete(each);
      for (const each of [...folders]) if (each !== '' && isWithin(each, name)) folders.delete(each);
    },
    prepare: (folder) => writing(folder, async () => makeFolder(folder)),
    lock: async (request) => locks.take(request),
    // Nothing outlives the process, so nothing can be left.
    removeLeftovers: async () => undefined,
  };
}

/** A file that grows in place; what it hands out is a copy. */
class GrowingBytes {
  #room: Uint8Array;
  #length: number;

  constructor(bytes: Uint8Array) {
    this.#room = bytes;
    this.#length = bytes.length;
  }

  bytes(start = 0, end = this.#length): Uint8Array {
    return this.#room.slice(Math.min(start, this.#length), Math.min(end, this.#length));
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#room.length) {
      const room = new Uint8Array(2 * length);
      room.set(this.bytes());
      this.#room = room;
    }
    this.#room.set(bytes, this.#length);
    this.#length = length;
  }

  cut(length: number): void {
    this.#length = Math.min(length, this.#length);
  }
}

/** From the outermost one, without the store itself. */
function foldersAbove(name: string): readonly string[] {
  const parts = partsOf(name).slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

function isWithin(name: string, folder: string): boolean {
  return name === folder || folder === '' || name.startsWith(inside(folder, ''));
}
