/** Takes bytes in order. */
export type Sink = (bytes: Uint8Array) => Promise<void>;

/** A file open for reading. */
export interface ReadableFile {
  /** How many bytes came; fewer than asked for at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** A file that grows. */
export interface AppendableFile {
  append(bytes: Uint8Array): Promise<void>;
  /** Returns when all that was appended would survive a loss of power, where the store outlives the process at all. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Which lock is asked for. */
export interface LockRequest {
  readonly name: string;
  /** Whether a lock of that other name may be held at the same time; every other one excludes this one. */
  readonly beside: (other: string) => boolean;
}

/** The right to write into a store, or to a part of it. */
export interface StoreLock {
  /** Throws RUN_LOCK_LOST where the lock was taken away. */
  check(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Where a run keeps its files, on a disk, in a browser or in memory. Names are relative, with `/` between their parts; one with an empty part,
 * `.` or `..` throws a RangeError. Files appear as a whole or not at all; only those that are appended to grow in place.
 * What cannot be written throws RUN_FOLDER_NOT_WRITABLE, what cannot be read RUN_FOLDER_NOT_READABLE, naming the file.
 */
export interface Store {
  /** What messages call it: the path of a folder. */
  readonly path: string;
  /** What messages call a file of it. */
  pathOf(name: string): string;
  /** What lies directly in a folder, files and folders, in order; none where there is no such folder. `''` is the store itself. */
  names(folder: string): Promise<readonly string[]>;
  /** The files below a folder, however deep, with its name in front, in order; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Undefined where there is no such file. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** As UTF-8; undefined where there is no such file. */
  readText(name: string): Promise<string | undefined>;
  /** Undefined where there is no such file. */
  openToRead(name: string): Promise<ReadableFile | undefined>;
  /** Cut to `length` bytes, which are what it is known to hold, and made where it does not exist. */
  openToAppend(name: string, length: number): Promise<AppendableFile>;
  /** Writes a file over one that is there, with the folders above it; nothing changes where `fill` throws. */
  replace(name: string, fill: (sink: Sink) => Promise<void>): Promise<void>;
  /** As `replace`; a text is written as UTF-8. */
  write(name: string, contents: Uint8Array | string): Promise<void>;
  /** Writes a file, with the folders above it, unless it is there already; whether it did. */
  create(name: string, contents: Uint8Array | string): Promise<boolean>;
  /** A file, or a folder with all that is in it; nothing where there is neither. */
  remove(name: string): Promise<void>;
  /** Makes a folder and tries it out, so that a long run does not end in an error. */
  prepare(folder: string): Promise<void>;
  /** Throws RUN_LOCKED where another that may not stand beside it is held; a lock whose process has ended is taken over. */
  lock(request: LockRequest): Promise<StoreLock>;
  /** Removes what processes that ended early left in those folders, unfinished files and locks; only for who holds a lock that excludes all others. */
  removeLeftovers(...folders: readonly string[]): Promise<void>;
}
