import { afterAll, describe, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract, type StoreSubject } from '@understory/testing';
import { memoryStore } from '../src/index.ts';
import { nodeStore } from '../src/node/index.ts';
import { opfsStore, type DirectoryHandle, type OpfsStoreOptions } from '../src/opfs/index.ts';
import { fakeDirectory, fakeLocks, type FakeBrowser } from './support/fake-opfs.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

let made = 0;
const inBrowser = (browser: FakeBrowser, hasLocks: boolean): StoreSubject => {
  const places = new Map<string, readonly [DirectoryHandle, OpfsStoreOptions]>();
  const open = (path: string) => opfsStore(...places.get(path)!);
  return {
    create() {
      const path = `run-${(made += 1)}`;
      places.set(path, [fakeDirectory(browser), { path, ...(hasLocks && { locks: fakeLocks() }) }]);
      return open(path);
    },
    reopen: ({ path }) => open(path),
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
  'of a browser that can neither rename nor lock': inBrowser({ worker: false, move: false }, false),
};

for (const [where, subject] of Object.entries(subjects)) {
  describe(`a store ${where}`, () => {
    for (const { name, run, timeout, skip } of storeContract(subject)) (skip ? it.skip : it)(name, run, timeout);
  });
}
