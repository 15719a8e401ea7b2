import { describe, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { storeContract, type StoreSubject } from '@understory/testing';
import { memoryStore } from '../src/index.ts';
import { nodeStore } from '../src/node/index.ts';
import { opfsStore } from '../src/opfs/index.ts';
import { fakeDirectory, fakeLocks } from './support/fake-opfs.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const inBrowser = (options: Parameters<typeof fakeDirectory>[0], locks = false): StoreSubject => {
  const open = (root: ReturnType<typeof fakeDirectory>) => {
    const manager = fakeLocks();
    return { root, ...(locks && { locks: manager }) };
  };
  const places = new Map<object, ReturnType<typeof open> & { readonly path: string }>();
  const storeIn = (place: ReturnType<typeof open> & { readonly path: string }) => {
    const store = opfsStore(place.root, place);
    places.set(store, place);
    return store;
  };
  let made = 0;
  return {
    create: () =>
      storeIn({ ...open(fakeDirectory(options)), path: `runs/${JSON.stringify(options)}${locks}${(made += 1)}` }),
    reopen: (store) => storeIn(places.get(store)!),
  };
};

const subjects: Readonly<Record<string, StoreSubject>> = {
  'in a folder of the disk': {
    async create() {
      const folder = await mkdtemp(join(tmpdir(), 'understory-store-'));
      folders.push(folder);
      return nodeStore(join(folder, 'runs/one'));
    },
    reopen: ({ path }) => nodeStore(path),
  },
  'in memory': { create: () => memoryStore() },
  'of a browser, in a worker': inBrowser({ worker: true, move: true }, true),
  'of a browser, in its window': inBrowser({ worker: false, move: true }, true),
  'of a browser that can neither rename nor lock': inBrowser({ worker: false, move: false }),
};

for (const [where, subject] of Object.entries(subjects)) {
  describe(`a store ${where}`, () => {
    for (const { name, run, timeout, skip } of storeContract(subject)) (skip ? it.skip : it)(name, run, timeout);
  });
}
