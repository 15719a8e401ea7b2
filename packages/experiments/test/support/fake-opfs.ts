import type { DirectoryHandle, FileHandle, LockManager, SyncAccessHandle, WritableFile } from '../../src/opfs/index.ts';

/** How a browser differs from others. */
export interface FakeBrowser {
  /** Whether the code runs in a dedicated worker, which alone can change files in place. */
  readonly worker: boolean;
  /** Whether files can be renamed; never over another here. */
  readonly move: boolean;
  /** Bytes that all files may take together. */
  readonly quota?: number;
}

const failure = (name: string) => new DOMException(`${name} of the fake`, name);

/** A private file system in memory that refuses what the standard says it refuses. */
export function fakeDirectory(browser: FakeBrowser): DirectoryHandle {
  return new Directory('run', { ...browser, used: 0 });
}

type State = FakeBrowser & { used: number };

class Directory implements DirectoryHandle {
  readonly kind = 'directory';
  readonly name: string;
  readonly #state: State;
  readonly children = new Map<string, Directory | File>();

  constructor(name: string, state: State) {
    this.name = name;
    this.#state = state;
  }

  async *entries(): AsyncGenerator<[string, Directory | File]> {
    yield* [...this.children];
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<Directory> {
    const child = this.#child(name, create && (() => new Directory(name, this.#state)));
    if (child instanceof File) throw failure('TypeMismatchError');
    return child;
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<FileHandle> {
    const file = this.#child(name, create && (() => new File(this.#state)));
    if (file instanceof Directory) throw failure('TypeMismatchError');
    const handle = file.handle();
    if (this.#state.move) {
      handle.move = async (to) => {
        if (this.children.has(to)) throw failure('InvalidModificationError');
        this.children.delete(name);
        this.children.set(to, file);
      };
    }
    return handle;
  }

  async removeEntry(name: string, { recursive = false } = {}): Promise<void> {
    const child = this.#child(name, false);
    if (child instanceof Directory && child.children.size > 0 && !recursive) throw failure('InvalidModificationError');
    this.children.delete(name);
  }

  #child(name: string, make: false | (() => Directory | File)): Directory | File {
    if (!this.children.has(name)) {
      if (make === false) throw failure('NotFoundError');
      this.children.set(name, make());
    }
    return this.children.get(name)!;
  }
}

class File {
  readonly kind = 'file';
  readonly #state: State;
  #bytes = new Uint8Array();
  #version = 0;
  #users: 'one' | number = 0;

  constructor(state: State) {
    this.#state = state;
  }

  handle(): { -readonly [Key in keyof FileHandle]: FileHandle[Key] } {
    return {
      kind: 'file',
      getFile: async () => {
        const [version, bytes] = [this.#version, this.#bytes];
        const part = (start: number, end: number) => async () => {
          await Promise.resolve();
          if (this.#version !== version) throw failure('NotReadableError');
          return bytes.slice(start, end).buffer;
        };
        return {
          size: bytes.length,
          arrayBuffer: part(0, bytes.length),
          slice: (start, end) => ({ arrayBuffer: part(start, end) }),
        };
      },
      createWritable: (options) => this.#createWritable(options),
      ...(this.#state.worker && { createSyncAccessHandle: () => this.#createSyncAccessHandle() }),
    };
  }

  async #createWritable({ keepExistingData = false } = {}): Promise<WritableFile> {
    if (this.#users === 'one') throw failure('NoModificationAllowedError');
    this.#users += 1;
    let staged = keepExistingData ? this.#bytes : new Uint8Array();
    let position = 0;
    const close = () => void (this.#users = (this.#users as number) - 1);
    return {
      write: async (data) => {
        staged = written(staged, data, position);
        position += data.length;
        if (this.#state.used - this.#bytes.length + staged.length > (this.#state.quota ?? Infinity)) {
          throw failure('QuotaExceededError');
        }
      },
      seek: async (to) => void (position = to),
      truncate: async (size) => void (staged = cut(staged, size)),
      close: async () => {
        this.#set(staged);
        close();
      },
      abort: async () => close(),
    };
  }

  async #createSyncAccessHandle(): Promise<SyncAccessHandle> {
    if (this.#users !== 0) throw failure('NoModificationAllowedError');
    this.#users = 'one';
    return {
      write: (bytes, { at }) => {
        // Fewer than were asked for, as the standard allows.
        const some = bytes.subarray(0, Math.max(1, Math.ceil(bytes.length / 2)));
        const grown = written(this.#bytes, some, at);
        if (this.#state.used - this.#bytes.length + grown.length > (this.#state.quota ?? Infinity)) {
          throw failure('QuotaExceededError');
        }
        this.#set(grown);
        return some.length;
      },
      truncate: (size) => this.#set(cut(this.#bytes, size)),
      flush: () => undefined,
      close: () => void (this.#users = 0),
    };
  }

  #set(bytes: Uint8Array<ArrayBuffer>): void {
    this.#state.used += bytes.length - this.#bytes.length;
    this.#bytes = bytes;
    this.#version += 1;
  }
}

function written(bytes: Uint8Array, data: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const grown = cut(bytes, Math.max(bytes.length, at + data.length));
  grown.set(data, at);
  return grown;
}

function cut(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(size);
  changed.set(bytes.subarray(0, size));
  return changed;
}

/** The locks of an origin; `steal` takes one away from who holds it, as a request with that option does. */
export function fakeLocks(): LockManager & { readonly steal: (name: string) => void } {
  const held = new Map<string, { readonly ended: Promise<unknown>; readonly lose: (error: unknown) => void }>();
  return {
    async request<Result>(
      name: string,
      { ifAvailable = false }: { ifAvailable?: boolean },
      callback: (lock: object | null) => Promise<Result>,
    ): Promise<Result> {
      await Promise.resolve();
      if (ifAvailable && held.has(name)) return callback(null);
      while (held.has(name)) await held.get(name)!.ended.catch(() => undefined);
      let lose: (error: unknown) => void = () => undefined;
      const lost = new Promise<never>((_, reject) => void (lose = reject));
      const ended = Promise.race([callback({ name }), lost]);
      const lock = { ended, lose };
      held.set(name, lock);
      try {
        return await ended;
      } finally {
        if (held.get(name) === lock) held.delete(name);
      }
    },
    query: async () => ({ held: [...held.keys()].map((name) => ({ name })) }),
    steal(name) {
      held.get(name)?.lose(failure('AbortError'));
      held.delete(name);
    },
  };
}
