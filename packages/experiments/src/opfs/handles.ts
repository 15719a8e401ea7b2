/** What the store asks of the browser's private file system; its handles fit. Spelt out so that Node's users need no types of the web. */
export interface DirectoryHandle {
  readonly kind: 'directory';
  readonly name: string;
  entries(): AsyncIterable<[string, { readonly kind: 'directory' | 'file' }]>;
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<DirectoryHandle>;
  getFileHandle(name: string, options?: { create?: boolean }): Promise<FileHandle>;
  removeEntry(name: string, options?: { recursive?: boolean }): Promise<void>;
}

export interface FileHandle {
  readonly kind: 'file';
  getFile(): Promise<FileSnapshot>;
  createWritable(options?: { keepExistingData?: boolean }): Promise<WritableFile>;
  /** In dedicated workers only. */
  createSyncAccessHandle?(): Promise<SyncAccessHandle>;
  /** Under another name in the same folder; not in every browser. */
  move?(name: string): Promise<void>;
}

export interface FileSnapshot {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** What is written shows when it is closed, and not at all when it is aborted. */
export interface WritableFile {
  write(data: Uint8Array<ArrayBuffer>): Promise<void>;
  seek(position: number): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

export interface SyncAccessHandle {
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** `navigator.locks`. */
export interface LockManager {
  request<Result>(
    name: string,
    options: { ifAvailable?: boolean },
    callback: (lock: object | null) => Promise<Result>,
  ): Promise<Result>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}
