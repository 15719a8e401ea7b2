import { describe, expect, it } from '@jest/globals';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRun, runExperiment } from '../src/index.ts';
import { nodeStore } from '../src/node/index.ts';
import { collected, contents, description, request, withFolder, type Row } from './support/study.ts';

describe('readRun', () => {
  it('gives the record, the rows in the order of the data set and the failures, as often as asked', async () => {
    await withFolder(async (folder) => {
      await runExperiment({ ...request(folder, 30), concurrency: 9 });
      const run = await readRun<Row>(nodeStore(folder));
      expect(run).toMatchObject({
        complete: true,
        done: 27,
        failed: 3,
        record: { ...description, seed: 7, format: 2 },
      });
      const items = (await collected(run.rows())).map(({ item }) => item);
      expect(items.slice(0, 4)).toEqual(['image-0', 'image-0', 'image-1', 'image-1']);
      expect(await collected(run.rows())).toHaveLength(54);
      expect((await collected(run.failures())).map(({ item, code }) => [item, code])).toEqual([
        ['image-7', 'IMAGE_EMPTY'],
        ['image-17', 'IMAGE_EMPTY'],
        ['image-27', 'IMAGE_EMPTY'],
      ]);
    });
  });

  it('reads what is there of a run under way, and changes nothing', async () => {
    await withFolder(async (folder) => {
      await runExperiment({ ...request(folder), shard: { index: 0, count: 2 } });
      const log = join(folder, 'rows-0-of-2.jsonl');
      await appendFile(log, '{"item":"image-1","at"');
      const before = [await contents(folder), await readFile(log, 'utf8')];
      const run = await readRun<Row>(nodeStore(folder));
      expect(run).toMatchObject({ complete: false, done: 10, failed: 0 });
      expect(await collected(run.rows())).toHaveLength(20);
      expect([await contents(folder), await readFile(log, 'utf8')]).toEqual(before);
    });
  });

  it('leaves damaged lines out where that is asked for, and says which and what is missing', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder, 4));
      const log = join(folder, 'rows.jsonl');
      const lines = (await readFile(log, 'utf8')).split('\n');
      await writeFile(log, [lines[0], lines[1]!.replace('cam', 'cat'), ...lines.slice(2)].join('\n'));
      await expect(readRun(nodeStore(folder))).rejects.toEqual(expect.objectContaining({ code: 'RUN_LOG_DAMAGED' }));
      const run = await readRun<Row>(nodeStore(folder), { leaveOutDamaged: true });
      expect(run).toMatchObject({
        ...{ complete: false, done: 3, failed: 0 },
        missing: '1 of 4 items have no result, the first of them item 1, counted from 0',
        damage: [{ code: 'RUN_LOG_DAMAGED', message: `"${log}" is damaged at line 2.` }],
      });
      const items = (await collected(run.rows())).map(({ item }) => item);
      expect(items).toEqual(['image-0', 'image-0', 'image-2', 'image-2', 'image-3', 'image-3']);
    });
  });

  it('refuses a record that is nested without end, rather than run out of stack', async () => {
    await withFolder(async (folder) => {
      const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
      await runExperiment(request(folder, 1));
      await writeFile(join(folder, 'run.json'), `{"format":2,"seed":0,"parameters":{"x":${deep}}}`);
      await expect(readRun(nodeStore(folder))).rejects.toMatchObject({
        code: 'RUN_RECORD_DAMAGED',
        found: 'more than 200 objects and lists inside each other',
      });
    });
  });

  it('refuses a folder that is none', async () => {
    await withFolder(async (folder) => {
      await expect(readRun(nodeStore(folder))).rejects.toEqual(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
    });
  });
});
