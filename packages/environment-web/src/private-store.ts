import type { Store } from '@understory/core';
import { opfsStore, type DirectoryHandle } from '@understory/experiments/opfs';
import { webErrors } from './errors.ts';

/** A folder of the browser's private files as a store, for a run or for models that are kept; throws STORAGE_UNAVAILABLE. */
export async function privateStore(...folders: readonly string[]): Promise<Store> {
  let folder = await root();
  for (const name of folders) folder = await folder.getDirectoryHandle(name, { create: true });
  return opfsStore(folder, { path: folders.join('/') });
}

async function root(): Promise<DirectoryHandle> {
  const { navigator: agent } = globalThis as { readonly navigator?: { readonly storage?: StorageManager } };
  try {
    if (agent?.storage !== undefined) return (await agent.storage.getDirectory()) as unknown as DirectoryHandle;
  } catch (cause) {
    throw webErrors.noPrivateFiles({ cause });
  }
  throw webErrors.noPrivateFiles({});
}
