import type { DirectoryHandle, LockManager } from '../../src/opfs/index.ts';

/** Compiles as long as what a browser gives is what the store asks for. */
export function handlesOfTheBrowser(folder: FileSystemDirectoryHandle, { locks }: WorkerNavigator): readonly unknown[] {
  return [folder satisfies DirectoryHandle, locks satisfies LockManager];
}
