export type {
  DirectoryHandle,
  FileHandle,
  FileSnapshot,
  LockManager,
  SyncAccessHandle,
  WritableFile,
} from './handles.ts';
export { opfsStore } from './opfs-store.ts';
export type { OpfsStoreOptions } from './opfs-store.ts';
