import { describe, expect, it } from '@jest/globals';
import { UnderstoryError } from '@understory/core';
import type { AppendableFile, LockRequest, ReadableFile, Sink, Store, StoreLock } from '@understory/core';
import { storeContract } from '@understory/testing';
import { failuresOf, unbroken } from './subjects.ts';

const refusal = (code: string, path: string) =>
  new UnderstoryError({
    code,
    message: `"${path}" is refused.`,
    found: 'a refusal',
    expected: 'none',
    next: 'Ask again.',
  });
const notReadable = 'RUN_FOLDER_NOT_READABLE';
const notWritable = 'RUN_FOLDER_NOT_WRITABLE';
const utf8 = (text: string) => new TextEncoder().encode(text);

/** What several openings of a place share. */
interface Place {
  readonly files: Map<string, Uint8Array>;
  readonly folders: Set<string>;
  readonly locks: Set<string>;
}

const place = (): Place => ({ files: new Map(), folders: new Set(), locks: new Set() });

/** Files in a map: a store as simple as one can be that keeps the contract. */
class PlainStore implements Store {
  readonly path = 'plain';
  readonly at: Place;

  constructor(at: Place = place()) {
    this.at = at;
  }

  pathOf(name: string): string {
    if (name !== '' && name.split('/').some((part) => ['', '.', '..'].includes(part))) throw new RangeError(name);
    return `${this.path}/${name}`;
  }

  async names(folder: string): Promise<readonly string[]> {
    const below = this.below([...this.at.files.keys(), ...this.at.folders], folder);
    const skip = folder === '' ? 0 : folder.length + 1;
    return [...new Set(below.map((name) => name.slice(skip).split('/')[0]!))].sort();
  }

  async list(folder: string): Promise<readonly string[]> {
    return this.below([...this.at.files.keys()], folder);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    this.check(name, notReadable);
    return this.at.files.get(name)?.slice();
  }

  async readText(name: string): Promise<string | undefined> {
    const bytes = await this.read(name);
    return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }

  async openToRead(name: string): Promise<ReadableFile | undefined> {
    if ((await this.read(name)) === undefined) return undefined;
    return {
      read: async (target, position) => {
        const bytes = this.at.files.get(name)!.subarray(position, position + target.length);
        target.set(bytes);
        return bytes.length;
      },
      close: async () => undefined,
    };
  }

  async openToAppend(name: string, length: number): Promise<AppendableFile> {
    this.put(name, (this.at.files.get(name) ?? new Uint8Array()).slice(0, length));
    return {
      append: async (bytes) => this.put(name, Uint8Array.of(...this.at.files.get(name)!, ...bytes)),
      flush: async () => undefined,
      close: async () => undefined,
    };
  }

  async replace(name: string, fill: (sink: Sink) => Promise<void>): Promise<void> {
    const bytes: number[] = [];
    await fill(async (piece) => void bytes.push(...piece));
    this.put(name, Uint8Array.from(bytes));
  }

  async write(name: string, contents: Uint8Array | string): Promise<void> {
    this.put(name, typeof contents === 'string' ? utf8(contents) : contents.slice());
  }

  async create(name: string, contents: Uint8Array | string): Promise<boolean> {
    if (this.at.files.has(name)) return false;
    await this.write(name, contents);
    return true;
  }

  async remove(name: string): Promise<void> {
    this.pathOf(name);
    for (const all of [this.at.files, this.at.folders]) {
      for (const each of [...all.keys()]) if (each === name || each.startsWith(`${name}/`)) all.delete(each);
    }
  }

  async prepare(folder: string): Promise<void> {
    if (folder !== '') this.makeFolder(folder);
  }

  async lock({ name, beside }: LockRequest): Promise<StoreLock> {
    for (const other of this.at.locks) {
      if (other === name || !beside(other)) throw refusal('RUN_LOCKED', this.pathOf(other));
    }
    this.at.locks.add(name);
    return {
      check: async () => {
        if (!this.at.locks.has(name)) throw refusal('RUN_LOCK_LOST', this.pathOf(name));
      },
      release: async () => void this.at.locks.delete(name),
    };
  }

  async removeLeftovers(): Promise<void> {}

  protected put(name: string, bytes: Uint8Array): void {
    this.check(name, notWritable);
    const folder = name.split('/').slice(0, -1).join('/');
    if (folder !== '') this.makeFolder(folder);
    this.at.files.set(name, bytes);
  }

  private makeFolder(folder: string): void {
    this.check(`${folder}/x`, notWritable, folder);
    folder.split('/').forEach((_, at, parts) => this.at.folders.add(parts.slice(0, at + 1).join('/')));
  }

  private below(names: readonly string[], folder: string): readonly string[] {
    this.check(`${folder}/x`.replace(/^\//, ''), notReadable, folder);
    return names.filter((name) => folder === '' || name.startsWith(`${folder}/`)).sort();
  }

  private check(name: string, code: string, named = name): void {
    const path = this.pathOf(named);
    const above = this.pathOf(name).split('/').slice(1, -1);
    const through = above.some((_, at) => this.at.files.has(above.slice(0, at + 1).join('/')));
    if (through || this.at.folders.has(name)) throw refusal(code, path);
  }
}

type Kind = new (at?: Place) => PlainStore;

const contractOf = (kind: Kind) =>
  storeContract({ create: () => new kind(), reopen: (store) => new kind((store as PlainStore).at) });

describe('storeContract on a store that keeps it', () => {
  for (const { name, run, timeout, skip } of contractOf(PlainStore)) (skip ? it.skip : it)(name, run, timeout);
});

describe('storeContract', () => {
  const broken: readonly (readonly [what: string, kind: Kind, caught: readonly string[]])[] = [
    [
      'throws where a file is missing',
      class extends PlainStore {
        override async read(name: string) {
          const bytes = await super.read(name);
          if (bytes === undefined) throw refusal(notReadable, this.pathOf(name));
          return bytes;
        }
      },
      ['nothing in it at first'],
    ],
    [
      'cuts off byte order marks',
      class extends PlainStore {
        override async readText(name: string) {
          const bytes = await this.read(name);
          return bytes && new TextDecoder().decode(bytes);
        }
      },
      ['byte for byte'],
    ],
    [
      'keeps the buffer that it was given',
      class extends PlainStore {
        override async write(name: string, contents: Uint8Array | string) {
          this.put(name, typeof contents === 'string' ? utf8(contents) : contents);
        }
      },
      ['its own'],
    ],
    [
      'lists in the order of writing',
      class extends PlainStore {
        override async list(folder: string) {
          const sorted = await super.list(folder);
          return [...this.at.files.keys()].filter((name) => sorted.includes(name));
        }
      },
      ['in order'],
    ],
    [
      'takes a folder for the start of a name',
      class extends PlainStore {
        override async remove(name: string) {
          this.pathOf(name);
          for (const all of [this.at.files, this.at.folders]) {
            for (const each of [...all.keys()]) if (each.startsWith(name)) all.delete(each);
          }
        }
      },
      ['removes files, folders'],
    ],
    [
      'writes into the file as it comes',
      class extends PlainStore {
        override async replace(name: string, fill: (sink: Sink) => Promise<void>) {
          const file = await this.openToAppend(name, 0);
          await fill((bytes) => file.append(bytes));
        }
      },
      ['as a whole or not at all'],
    ],
    [
      'creates over a file that came meanwhile',
      class extends PlainStore {
        override async create(name: string, contents: Uint8Array | string) {
          if ((await this.read(name)) !== undefined) return false;
          await this.write(name, contents);
          return true;
        }
      },
      ['creates a file for one'],
    ],
    [
      'appends to all that a file holds',
      class extends PlainStore {
        override async openToAppend(name: string) {
          return super.openToAppend(name, Infinity);
        }
      },
      ['appends behind'],
    ],
    [
      'fills up what is read with zeros',
      class extends PlainStore {
        override async openToRead(name: string) {
          const file = await super.openToRead(name);
          return (
            file && {
              ...file,
              read: async (target: Uint8Array, position: number) => {
                await file.read(target, position);
                return target.length;
              },
            }
          );
        }
      },
      ['from any position'],
    ],
    [
      'leaves its trial in a folder',
      class extends PlainStore {
        override async prepare(folder: string) {
          await super.prepare(folder);
          await this.write(folder === '' ? 'trial' : `${folder}/trial`, '');
        }
      },
      ['prepares a folder'],
    ],
    [
      'says nothing of what it refuses',
      class extends PlainStore {
        protected override put(name: string, bytes: Uint8Array) {
          try {
            super.put(name, bytes);
          } catch {
            throw new Error('no');
          }
        }
      },
      ['refuses a folder for a file'],
    ],
    [
      'follows names out of it',
      class extends PlainStore {
        override pathOf(name: string) {
          return `${this.path}/${name}`;
        }
      },
      ['lead out of it'],
    ],
    [
      'gives a lock to everybody',
      class extends PlainStore {
        override async lock() {
          return { check: async () => undefined, release: async () => undefined };
        }
      },
      ['gives a lock to one', 'beside each other', 'once more'],
    ],
    [
      'never gives a lock back',
      class extends PlainStore {
        override async lock(request: LockRequest) {
          return { ...(await super.lock(request)), release: async () => undefined };
        }
      },
      ['again once it is released'],
    ],
    [
      'has one lock for all',
      class extends PlainStore {
        override async lock({ name }: LockRequest) {
          return super.lock({ name, beside: () => false });
        }
      },
      ['stand beside each other'],
    ],
    [
      'takes everything for a leftover',
      class extends PlainStore {
        override async removeLeftovers() {
          this.at.files.clear();
        }
      },
      ['nothing that is whole'],
    ],
    [
      'takes its own lock for a leftover',
      class extends PlainStore {
        override async removeLeftovers() {
          this.at.locks.clear();
        }
      },
      ['nothing that is whole'],
    ],
    [
      'calls every file the same',
      class extends PlainStore {
        override pathOf(name: string) {
          super.pathOf(name);
          return this.path;
        }
      },
      ['where its files are'],
    ],
    [
      'is another place each time',
      class extends PlainStore {
        constructor() {
          super(place());
        }
      },
      ['once more'],
    ],
  ];

  it.each(broken)('catches a store that %s', async (_, kind, caught) => {
    const cases = contractOf(kind);
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  it('has one that breaks each promise', async () => {
    expect(await unbroken(broken.map(([, kind]) => contractOf(kind)))).toEqual([]);
  });

  it('shows what it cannot ask of a store that is its only way in', () => {
    const skipped = storeContract({ create: () => new PlainStore() }).filter(({ skip }) => skip !== undefined);
    expect(skipped.map(({ skip }) => skip)).toEqual(['the store is its only way in']);
  });
});
