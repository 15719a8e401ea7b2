import { describe, expect, it } from '@jest/globals';
import { mkdir, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { disk } from '../src/node/file-system.ts';
import { nodeStore } from '../src/node/index.ts';
import { withFolder } from './support/study.ts';

describe('nodeStore', () => {
  it('creates a file although its staged form is cleared away under its hands', async () => {
    await withFolder(async (path) => {
      await mkdir(path, { recursive: true });
      let links = 0;
      const link: typeof disk.link = async (from, to) => {
        links += 1;
        if (links === 1) await unlink(from);
        return disk.link(from, to);
      };
      const store = nodeStore(path, { ...disk, link });
      expect(await store.create('a', 'text')).toBe(true);
      expect([links, await store.readText('a'), await readdir(path)]).toEqual([2, 'text', ['a']]);
      expect(await store.create('a', 'other')).toBe(false);
      expect([await store.readText('a'), await readdir(path)]).toEqual(['text', ['a']]);
    });
  });

  it('leaves the old file as it was when a new one cannot be finished', async () => {
    await withFolder(async (path) => {
      const store = nodeStore(path);
      await store.prepare('');
      await store.replace('table', (sink) => sink(Buffer.from('old')));
      const broken = store.replace('table', async (sink) => {
        await sink(Buffer.from('ne'));
        throw new Error('no more rows');
      });
      await expect(broken).rejects.toThrow('no more rows');
      expect([await store.readText('table'), await readdir(path)]).toEqual(['old', ['table']]);
    });
  });

  it('tells what cannot be read', async () => {
    await withFolder(async (path) => {
      const store = nodeStore(path);
      await store.prepare('rows.jsonl');
      const refused = expect.objectContaining({
        code: 'RUN_FOLDER_NOT_READABLE',
        message: `"${join(path, 'rows.jsonl')}" cannot be read.`,
      });
      await expect(store.readText('rows.jsonl')).rejects.toEqual(refused);
      expect([await store.readText('gone'), await store.openToRead('gone')]).toEqual([undefined, undefined]);
      expect(await nodeStore(join(path, 'gone')).names('')).toEqual([]);
    });
  });
});
