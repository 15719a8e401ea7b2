import type { KeptFile } from '@understory/core';
import type { ArtifactStore } from '../artifact-store.ts';

/** A store that hands on what is written and removed and holds nothing itself: the store of a study whose run folder another process writes. */
export function forwardingStore(keep: (file: KeptFile) => void): ArtifactStore {
  return {
    path: '',
    async write(name, contents) {
      keep({ name, bytes: typeof contents === 'string' ? new TextEncoder().encode(contents) : contents });
    },
    prepare: async () => undefined,
    list: async () => [],
    read: async () => undefined,
    async remove(name) {
      keep({ name });
    },
  };
}

/** Writes or removes in a store what another process kept. */
export async function applyKept(store: ArtifactStore, { name, bytes }: KeptFile): Promise<void> {
  if (bytes === undefined) await store.remove(name);
  else await store.write(name, bytes);
}
