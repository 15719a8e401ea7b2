import { describe, expect, it } from '@jest/globals';
import { mkdir, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { disk } from '../src/file-system.ts';
import { RunFolder } from '../src/run-folder.ts';
import { withFolder } from './support/study.ts';

describe('RunFolder', () => {
  it('creates a file although its staged form is cleared away under its hands', async () => {
    await withFolder(async (path) => {
      await mkdir(path, { recursive: true });
      let links = 0;
      const link: typeof disk.link = async (from, to) => {
        links += 1;
        if (links === 1) await unlink(from);
        return disk.link(from, to);
      };
      const folder = new RunFolder(path, { ...disk, link });
      expect(await folder.create('a', 'text')).toBe(true);
      expect([links, await folder.read('a'), await readdir(path)]).toEqual([2, 'text', ['a']]);
      expect(await folder.create('a', 'other')).toBe(false);
      expect([await folder.read('a'), await readdir(path)]).toEqual(['text', ['a']]);
    });
  });

  it('leaves the old file as it was when a new one cannot be finished', async () => {
    await withFolder(async (path) => {
      const folder = new RunFolder(path);
      await folder.make();
      await folder.replace('table', (sink) => sink(Buffer.from('old')));
      const broken = folder.replace('table', async (sink) => {
        await sink(Buffer.from('ne'));
        throw new Error('no more rows');
      });
      await expect(broken).rejects.toThrow('no more rows');
      expect([await folder.read('table'), await readdir(path)]).toEqual(['old', ['table']]);
    });
  });

  it('tells what cannot be read', async () => {
    await withFolder(async (path) => {
      const folder = new RunFolder(path);
      await folder.make('rows.jsonl');
      const refused = expect.objectContaining({
        code: 'RUN_FOLDER_NOT_READABLE',
        message: `"${join(path, 'rows.jsonl')}" cannot be read.`,
      });
      await expect(folder.read('rows.jsonl')).rejects.toEqual(refused);
      expect([await folder.read('gone'), await folder.openToRead('gone')]).toEqual([undefined, undefined]);
      expect(await new RunFolder(join(path, 'gone')).list()).toEqual([]);
    });
  });
});
