import type { ArtifactStore } from '../../src/index.ts';

/** Files in memory, as a study keeps them. */
export function memoryFiles(): ArtifactStore & { readonly files: ReadonlyMap<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    path: '',
    write: async (name, bytes) =>
      void files.set(name, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes),
    prepare: async () => undefined,
    list: async (folder) => [...files.keys()].filter((name) => name.startsWith(`${folder}/`)).sort(),
    read: async (name) => files.get(name),
    async remove(name) {
      for (const each of [...files.keys()]) if (each === name || each.startsWith(`${name}/`)) files.delete(each);
    },
  };
}
