import { describe, expect, it } from '@jest/globals';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRun, runExperiment } from '../src/index.ts';
import { collected, contents, description, request, withFolder, type Row } from './support/study.ts';

describe('readRun', () => {
  it('gives the record, the rows in the order of the data set and the failures, as often as asked', async () => {
    await withFolder(async (folder) => {
      await runExperiment({ ...request(folder, 30), concurrency: 9 });
      const run = await readRun<Row>(folder);
      expect(run).toMatchObject({
        complete: true,
        done: 27,
        failed: 3,
        record: { ...description, seed: 7, format: 1 },
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
      const run = await readRun<Row>(folder);
      expect(run).toMatchObject({ complete: false, done: 10, failed: 0 });
      expect(await collected(run.rows())).toHaveLength(20);
      expect([await contents(folder), await readFile(log, 'utf8')]).toEqual(before);
    });
  });

  it('refuses a folder that is none', async () => {
    await withFolder(async (folder) => {
      await expect(readRun(folder)).rejects.toEqual(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
    });
  });
});
