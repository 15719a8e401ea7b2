import { describe, expect, it, jest } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { mergeShards, runExperiment, type Progress } from '../src/index.ts';
import { nodeStore } from '../src/node/index.ts';
import { dyingDisk } from './support/failing-disk.ts';
import { contents, description, loggedItems, request, study, withFolder } from './support/study.ts';

// Each flush waits for the disk, which may be busy.
jest.setTimeout(60_000);

const coded = (code: string, fields: Record<string, unknown> = {}) => expect.objectContaining({ code, ...fields });
const experiment = study();

async function whole(count: number): Promise<Record<string, string>> {
  return withFolder(async (folder) => (await runExperiment(request(folder, count)), contents(folder)));
}

describe('shards', () => {
  it('work at the same time on their own items in their own logs, and merge into what one process writes', async () => {
    await withFolder(async (folder) => {
      const results = await Promise.all(
        [0, 1, 2].map((index) => runExperiment({ ...request(folder), shard: { index, count: 3 } })),
      );
      expect(results.map(({ done, failed, summary }) => [done, failed, summary])).toEqual([
        [7, 0, undefined],
        [6, 1, undefined],
        [5, 1, undefined],
      ]);
      expect(await loggedItems(folder, 'rows-1-of-3.jsonl')).toEqual(
        [1, 4, 7, 10, 13, 16, 19].map((place) => `image-${place}`),
      );
      expect(Object.keys(await contents(folder))).toEqual(['run.json']);
      expect(await mergeShards({ store: nodeStore(folder), experiment })).toMatchObject({
        done: 18,
        failed: 2,
        summary: { rows: 36 },
      });
      expect(await contents(folder)).toEqual(await whole(20));
    });
  });

  it('end the same for any number of them, any order and any kill', async () => {
    const expected = await whole(11);
    const plan = fc.integer({ min: 1, max: 5 }).chain((count) =>
      fc.record({
        order: fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count }),
        deaths: fc.array(fc.integer({ min: 15, max: 60 }), { minLength: count, maxLength: count }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(plan, ({ order, deaths }) =>
        withFolder(async (folder) => {
          for (const index of order) {
            const shard = { index, count: order.length };
            const { fileSystem } = dyingDisk(deaths[index]!, 0.5);
            await runExperiment({ ...request(folder, 11, fileSystem), shard }).catch(() => undefined);
            await runExperiment({ ...request(folder, 11), shard });
          }
          await mergeShards({ store: nodeStore(folder), experiment });
          expect(await contents(folder)).toEqual(expected);
        }),
      ),
      { seed: 1, numRuns: 15 },
    );
  });

  it('may be gone on with as another number of shards, or as one process', async () => {
    await withFolder(async (folder) => {
      await runExperiment({ ...request(folder), shard: { index: 1, count: 3 } });
      expect(await runExperiment({ ...request(folder), shard: { index: 0, count: 2 } })).toMatchObject({ worked: 7 });
      expect(await runExperiment(request(folder))).toMatchObject({ worked: 6, done: 18, failed: 2 });
      expect(await contents(folder)).toEqual(await whole(20));
    });
  });

  it('count progress by their own share', async () => {
    await withFolder(async (folder) => {
      const seen: Progress[] = [];
      const shard = { index: 1, count: 3 };
      await runExperiment({ ...request(folder), shard, total: 20, onProgress: (progress) => seen.push(progress) });
      expect(seen.at(-1)).toMatchObject({ done: 6, failed: 1, resumed: 0, total: 7 });
    });
  });

  it('agree on the parameters', async () => {
    await withFolder(async (folder) => {
      await runExperiment({ ...request(folder), shard: { index: 0, count: 2 } });
      const other = {
        ...request(folder),
        description: { ...description, device: 'cuda' },
        shard: { index: 1, count: 2 },
      };
      await expect(runExperiment(other)).rejects.toEqual(
        coded('RUN_PARAMETERS_DIFFER', { found: 'device: stored nothing, now "cuda"' }),
      );
    });
  });
});

describe('mergeShards', () => {
  it('refuses a run that is not complete, saying what is missing', async () => {
    await withFolder(async (folder) => {
      await expect(mergeShards({ store: nodeStore(folder), experiment })).rejects.toEqual(coded('RUN_NOT_FOUND'));
      await runExperiment({ ...request(folder), shard: { index: 0, count: 2 } });
      await expect(mergeShards({ store: nodeStore(folder), experiment })).rejects.toEqual(
        coded('RUN_INCOMPLETE', { found: '10 of 20 items have no result, the first of them item 1, counted from 0' }),
      );
      const broken = (async function* () {
        yield { id: 'image-0' };
        throw new Error('broken');
      })();
      await withFolder(async (other) => {
        await runExperiment({ ...request(other), items: broken }).catch(() => undefined);
        await expect(mergeShards({ store: nodeStore(other), experiment })).rejects.toEqual(
          coded('RUN_INCOMPLETE', { found: '1 results, and no process that came to the end of the items' }),
        );
      });
    });
  });

  it('waits for shards that still run, and clears away the locks of those that were killed', async () => {
    await withFolder(async (folder) => {
      const lock = join(folder, 'shard-1-of-2.lock');
      for (const index of [0, 1]) await runExperiment({ ...request(folder), shard: { index, count: 2 } });
      await writeFile(lock, JSON.stringify({ pid: process.ppid, host: hostname(), started: null, token: 'theirs' }));
      await expect(mergeShards({ store: nodeStore(folder), experiment })).rejects.toEqual(coded('RUN_LOCKED'));
      await writeFile(lock, JSON.stringify({ pid: 2 ** 30, host: hostname(), started: null, token: 'theirs' }));
      await mergeShards({ store: nodeStore(folder), experiment });
      expect((await readdir(folder)).filter((name) => name.endsWith('.lock'))).toEqual([]);
    });
  });
});
