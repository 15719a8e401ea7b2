import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runExperiment } from '@understory/experiments';
import { hasRedis, redisServer, withoutRedis, type RedisServer } from '@understory/testing/node';
import { contractRows } from '@understory/testing/executor-work';
import { handingOut, itemsOf, outcomesById } from './support/handing-out.ts';
import { filesOf, startProcess } from './support/processes.ts';
import { serving, slowly } from './support/serving.ts';
import { studyIn } from './support/study.ts';

// Each process compiles its sources first.
jest.setTimeout(120_000);

(hasRedis ? describe : describe.skip)(`processes that are killed${withoutRedis}`, () => {
  let redis: RedisServer;
  let folder: string;
  let children: ChildProcess[];
  beforeEach(async () => {
    children = [];
    [redis, folder] = [await redisServer(), await mkdtemp(join(tmpdir(), 'understory-kills-'))];
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await redis.close();
    await rm(folder, { recursive: true });
  });

  const start = (role: 'main' | 'stuck') => {
    const made = startProcess([role, redis.url, join(folder, 'queue')]);
    children.push(made.child);
    return made;
  };

  const ids = Array.from({ length: 6 }, (_, at) => `item-${at}`);

  /** Hands out items of which a worker that is killed holds the first; what becomes of them, and what the worker is called. */
  const withHeld = async (attempts: number) => {
    const stuck = start('stuck');
    const { opened, notices } = await handingOut({ url: redis.url, attempts, together: 1 });
    const outcomes = outcomesById(opened.execute(itemsOf(ids)));
    await stuck.said(1);
    expect(stuck.lines).toEqual(['item-0']);
    await stuck.kill();
    const worker = serving(redis.url);
    const found = await outcomes;
    await worker.end();
    await opened.close();
    return { found, name: /worker (\S+) on \S+ joins in/.exec(notices.join('\n'))![1] };
  };

  it('as a worker that holds a batch: another gets it', async () => {
    const { found } = await withHeld(2);
    expect([...found.keys()].sort()).toEqual(ids);
    for (const id of ids) expect(found.get(id)).toMatchObject({ rows: contractRows(id, {}) });
  });

  it('as a worker that holds a batch: the one that was killed is named where the item is given up', async () => {
    const { found, name } = await withHeld(1);
    expect(found.get('item-0')).toMatchObject({
      error: { code: 'ITEM_GIVEN_UP', found: `${name}: it was gone before the batch was done` },
    });
    for (const id of ids.slice(1)) expect(found.get(id)).toMatchObject({ rows: contractRows(id, {}) });
  });

  it('as the one that hands out: the same command goes on, to the files of one process', async () => {
    const worker = serving(redis.url, { open: slowly });
    const killed = start('main');
    await killed.said(6);
    await killed.kill();
    const again = start('main');
    expect([await again.ended, again.errors()]).toEqual([0, '']);
    await worker.end();
    // It did not begin with nothing.
    expect(Number(again.lines[0])).toBeGreaterThan(1);
    await runExperiment(studyIn(join(folder, 'here')));
    expect(await filesOf(join(folder, 'queue'))).toEqual(await filesOf(join(folder, 'here')));
  });
});
