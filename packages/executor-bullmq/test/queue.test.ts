import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OpenWork, Outcome } from '@understory/core';
import { contractProof, openWork } from '@understory/testing/executor-work';
import { Redis } from 'ioredis';
import { queue } from '../src/index.ts';
import { handingOut, itemsOf, outcomesById, until } from './support/handing-out.ts';
import { hasRedis, redisServer, withoutRedis, type RedisServer } from '@understory/testing/node';
import { quick, serving, slowly, type Serving } from './support/serving.ts';

const ids = Array.from({ length: 10 }, (_, at) => `item-${at}`);

const codesOf = (notices: readonly (string | Error)[]) =>
  notices.flatMap((notice) => (typeof notice === 'string' ? [] : [(notice as { code?: string }).code]));

(hasRedis ? describe : describe.skip)(`the queue${withoutRedis}`, () => {
  let redis: RedisServer;
  let client: Redis;
  let workers: Serving[];
  const start: typeof serving = (url, served) => {
    const made = serving(url, served);
    workers.push(made);
    return made;
  };
  const keys = async () => (await client.keys('*')).sort();

  beforeEach(async () => {
    workers = [];
    redis = await redisServer();
    client = new Redis(redis.port, '127.0.0.1');
    client.on('error', () => undefined);
  });
  afterEach(async () => {
    for (const worker of workers) await worker.end();
    client.disconnect();
    await redis.close();
  });

  it('gives no work to a worker that shows something else, and tells both sides of both', async () => {
    const other = start(redis.url, { proof: { work: 'contract', version: '2', more: 'yes' } });
    const { opened, notices } = await handingOut({ url: redis.url });
    const outcomes = outcomesById(opened.execute(itemsOf(ids)));
    await until(() => codesOf(other.notices).length > 0 && codesOf(notices).length > 0);
    for (const told of [other.notices, notices]) {
      const error = told.find((notice) => typeof notice !== 'string');
      expect(error).toMatchObject({
        code: 'WORKER_DIFFERS',
        found: 'more: yes; version: 2 (the worker)',
        expected: 'more: nothing; version: 1 (the process that hands it out)',
      });
    }
    start(redis.url);
    expect((await outcomes).size).toBe(ids.length);
    expect(other.begun()).toBe(0);
    await opened.close();
  });

  it('tells both sides of a worker that cannot open the work', async () => {
    const refuse = Object.assign(new Error('no such model'), { code: 'MODEL_NOT_FOUND' });
    const worker = start(redis.url, { refuse });
    const { opened, notices } = await handingOut({ url: redis.url });
    await until(() => codesOf(worker.notices).length > 0 && codesOf(notices).length > 0);
    expect([codesOf(worker.notices), codesOf(notices)]).toEqual([['WORKER_CANNOT_OPEN'], ['WORKER_CANNOT_OPEN']]);
    expect(notices.at(-1)).toMatchObject({ found: 'MODEL_NOT_FOUND: no such model' });
    await opened.close();
  });

  it('takes no more of a study where batch after batch fails, says why on both sides, and others do what failed', async () => {
    const given: string[] = [];
    const broken: OpenWork = async (data, around) => ({
      ...(await openWork(data, around)),
      async rows(own) {
        given.push(...own);
        throw Object.assign(new Error('no memory is left'), { code: 'SESSION_FAILED' });
      },
    });
    const worker = start(redis.url, { open: broken });
    const { opened, notices } = await handingOut({ url: redis.url, together: 1 });
    const outcomes = outcomesById(opened.execute(itemsOf(ids)));
    await until(() => codesOf(worker.notices).length > 0 && codesOf(notices).length > 0);
    expect(given).toEqual(['item-0', 'item-1', 'item-2']);
    for (const told of [worker.notices, notices]) {
      expect(told.at(-1)).toMatchObject({
        code: 'WORKER_WITHDRAWS',
        message: expect.stringMatching(/^The worker \S+ takes no more of this work: 3 batches failed there, one after/),
        found: 'SESSION_FAILED: no memory is left',
      });
    }
    // It holds what it was given until the queue was looked at.
    let go: (() => void) | undefined;
    const looked = new Promise<void>((resolve) => (go = resolve));
    const patient: OpenWork = async (data, around) => {
      const work = await openWork(data, around);
      return { ...work, rows: async (own) => (await looked, work.rows(own)) };
    };
    start(redis.url, { open: patient });
    await until(async () => {
      const { studies, workers: there } = await queue({ url: redis.url, timing: quick }).shared!();
      return studies[0]?.workers.length === 1 && there.length === 2;
    });
    go!();
    const found = await outcomes;
    expect([...found.keys()].sort()).toEqual(ids);
    expect([...found.values()].every((outcome) => 'rows' in outcome)).toBe(true);
    expect(given).toHaveLength(3);
    await opened.close();
  });

  it('goes on where one item fails again and again', async () => {
    const stubborn: OpenWork = async (data, around) => {
      const work = await openWork(data, around);
      return {
        ...work,
        rows: async (own) => (own.includes('bad-1') ? Promise.reject(new Error('no')) : work.rows(own)),
      };
    };
    const worker = start(redis.url, { open: stubborn });
    const { opened } = await handingOut({ url: redis.url, attempts: 4, together: 1 });
    const outcomes = await outcomesById(opened.execute(itemsOf(['bad-1', 'item-2'])));
    expect(outcomes.get('bad-1')).toMatchObject({ error: { code: 'ITEM_GIVEN_UP' } });
    expect(codesOf(worker.notices)).toEqual([]);
    await opened.close();
  });

  it('has two studies on one Redis, and removes the keys of each with it', async () => {
    start(redis.url, { concurrency: 2 });
    const [one, other] = await Promise.all([
      handingOut({ url: redis.url, data: { study: 1 } }),
      handingOut({ url: redis.url, data: { study: 2 } }),
    ]);
    const found = await Promise.all([one, other].map(({ opened }) => outcomesById(opened.execute(itemsOf(ids)))));
    expect(found.map((outcomes) => [...outcomes.keys()].sort())).toEqual([ids, ids]);
    const { studies, workers: there } = await queue({ url: redis.url, timing: quick }).shared!();
    expect(studies.map(({ title, total, workers: own }) => [title, total, own.length])).toEqual([
      ['work', 12, 1],
      ['work', 12, 1],
    ]);
    expect(there).toMatchObject([{ concurrency: 2, busy: 0 }]);
    await one.opened.close();
    await other.opened.close();
    await workers.pop()!.end();
    await until(async () => (await keys()).length === 0);
  });

  it('gives up an item that every worker is lost over, lists its tries, and takes it off the list when it is done', async () => {
    /** Never comes to an end with what is `stuck-`, so that its lock is all that tells of it. */
    const stuck: OpenWork = async (data, around) => {
      const work = await openWork(data, around);
      return { ...work, rows: async (own) => (own.some((id) => id.startsWith('bad')) ? never(own) : work.rows(own)) };
    };
    const never = async (own: readonly string[]): Promise<readonly Outcome<string, unknown>[]> => {
      throw new Error(`cannot do ${own.join()}`);
    };
    start(redis.url, { open: stuck });
    const listed = async () => new TextEncoder().encode(JSON.stringify({ 'item-0': [{ worker: 'w', reason: 'r' }] }));
    const { opened, files } = await handingOut({ url: redis.url, attempts: 2, kept: listed });
    const outcomes = await outcomesById(opened.execute(itemsOf(['item-0', 'bad-1', 'item-2'])));
    expect(outcomes.get('item-0')).toHaveProperty('rows');
    expect(outcomes.get('item-2')).toHaveProperty('rows');
    expect(outcomes.get('bad-1')).toMatchObject({ error: { code: 'ITEM_GIVEN_UP' } });
    const lists = files
      .flatMap(({ name, bytes }) => (name === 'dead-letters.json' && bytes !== undefined ? [bytes] : []))
      .map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Record<string, { reason: string }[]>);
    const last = lists.at(-1)!;
    expect(Object.keys(last)).toEqual(['bad-1']);
    expect(last['bad-1']!.map(({ reason }) => reason.replace(/item-0,/, ''))).toEqual([
      'cannot do bad-1',
      'cannot do bad-1',
    ]);
    await opened.close();
  });

  it('goes on after Redis was killed, with what it had and with what it lost', async () => {
    start(redis.url, { open: slowly });
    start(redis.url, { open: slowly });
    const { opened, notices } = await handingOut({ url: redis.url, together: 1 });
    const outcomes = outcomesById(opened.execute(itemsOf(ids)));
    await until(async () => (await client.llen(`{understory}:done`)) === 0 && workers.some(({ begun }) => begun() > 0));
    await redis.kill();
    await redis.start();
    // And once more without anything in it.
    await until(async () => (await client.dbsize()) > 0);
    await client.flushall();
    const found = await outcomes;
    expect([...found.keys()].sort()).toEqual(ids);
    expect([...found.values()].every((outcome) => 'rows' in outcome)).toBe(true);
    expect(notices).toContainEqual(`the connection to ${redis.url} is lost; trying again`);
    await opened.close();
  });

  it('keeps no more batches in Redis than it is told', async () => {
    const { opened } = await handingOut({ url: redis.url, ahead: 4, size: 1000, together: 3 });
    const controller = new AbortController();
    const all = Array.from({ length: 1000 }, (_, at) => `item-${at}`);
    const outcomes = outcomesById(opened.execute(itemsOf(all)));
    const waiting = async () => {
      const lists = await client.keys('*:wait');
      return lists.length === 0 ? 0 : client.llen(lists[0]!);
    };
    await until(async () => (await waiting()) === 4);
    start(redis.url, { concurrency: 2 });
    let most = 0;
    const looking = (async () => {
      while (!controller.signal.aborted) most = Math.max(most, await waiting());
    })();
    expect((await outcomes).size).toBe(1000);
    controller.abort();
    await looking;
    expect(most).toBeLessThanOrEqual(4);
    await opened.close();
  });

  it('opens the work again before an item is worked on a second time', async () => {
    let given = 0;
    /** Loses the first answer, as a Redis does that is killed. */
    const losing: OpenWork = async (data, around) => {
      const work = await openWork(data, around);
      return {
        ...work,
        async rows(own) {
          given += 1;
          const outcomes = await work.rows(own);
          return given === 1 ? [] : outcomes;
        },
      };
    };
    const worker = start(redis.url, { open: losing });
    const { opened, files } = await handingOut({ url: redis.url, together: 1 });
    const outcomes = await outcomesById(opened.execute(itemsOf(['file-1'])));
    expect(outcomes.get('file-1')).toHaveProperty('rows');
    expect(worker.begun()).toBe(2);
    expect(files.filter(({ name }) => name === 'file-1/second.txt')).toHaveLength(2);
    await opened.close();
  });

  it('drops what is no answer to a batch, and an answer that comes twice', async () => {
    start(redis.url);
    const { opened, files } = await handingOut({ url: redis.url, together: 1 });
    const outcomes = opened.execute(itemsOf(['item-1', 'item-2']))[Symbol.asyncIterator]();
    expect(await outcomes.next()).toMatchObject({ value: { item: { id: 'item-1' } } });
    const [studyKey] = await client.keys('*:open');
    const own = studyKey!.replace(/:open$/, '');
    const kept = [{ name: 'maps/again.bin' }];
    const text = JSON.stringify({ worker: 'w', result: { answers: [{ id: 'item-1', rows: ['again'] }], kept } });
    for (const job of ['b1', 'b77']) await client.set(`${own}:answer:${job}`, text);
    await client.rpush(`${own}:done`, 'b1', 'b77');
    expect(await outcomes.next()).toMatchObject({ value: { item: { id: 'item-2' } } });
    expect(await outcomes.next()).toMatchObject({ done: true });
    await until(async () => (await client.keys('*:answer:*')).length === 0);
    expect(files).toEqual([]);
    await opened.close();
  });

  it('removes what an abandoned study left behind', async () => {
    await client.sadd('{understory}:studies', 'gone');
    await client.set('{understory}:gone:wait', 'left');
    start(redis.url);
    await until(async () => (await client.keys('*gone*')).length === 0);
    expect(await client.smembers('{understory}:studies')).toEqual([]);
  });

  it('lets everything of a study expire by itself where nobody is left', async () => {
    const { opened } = await handingOut({ url: redis.url });
    const outcomes = outcomesById(opened.execute(itemsOf(ids)));
    await until(async () => (await client.keys('*:b*')).length > 4);
    await until(async () => {
      const all = (await keys()).filter((key) => !key.endsWith(':studies'));
      const left = await Promise.all(all.map((key) => client.pttl(key)));
      return left.every((milliseconds) => milliseconds > 0);
    });
    await opened.close();
    expect((await outcomes).size).toBe(0);
  });

  it('does not wait for a batch of a study that is over', async () => {
    const interruption = new AbortController();
    const worker = start(redis.url);
    const { opened } = await handingOut({ url: redis.url, together: 1, signal: interruption.signal });
    const outcomes = outcomesById(opened.execute(itemsOf(['held-1'])));
    await until(async () => (await queue({ url: redis.url, timing: quick }).shared!()).workers[0]?.busy === 1);
    workers.pop();
    const ended = worker.end();
    interruption.abort();
    expect((await outcomes).size).toBe(0);
    await opened.close();
    await ended;
  });

  it('lets a worker end that has nothing to do while Redis is away', async () => {
    const worker = start(redis.url);
    const { opened } = await handingOut({ url: redis.url });
    await until(() => worker.begun() === 1);
    await redis.kill();
    workers.pop();
    await worker.end();
    await opened.close();
  });

  it('finishes the batch under way when it is to end, and takes no other', async () => {
    const worker = start(redis.url, { open: slowly });
    const { opened } = await handingOut({ url: redis.url, together: 1 });
    const outcomes = opened.execute(itemsOf(ids))[Symbol.asyncIterator]();
    const first = outcomes.next();
    await until(async () => (await queue({ url: redis.url, timing: quick }).shared!()).workers[0]?.busy === 1);
    workers.pop();
    await worker.end();
    expect(await first).toMatchObject({ value: { rows: expect.anything() } });
    const { studies, workers: there } = await queue({ url: redis.url, timing: quick }).shared!();
    expect([studies[0]!.active, there]).toEqual([0, []]);
    const second = start(redis.url);
    while (!(await outcomes.next()).done);
    expect(second.begun()).toBe(1);
    await opened.close();
  });
});

describe('a queue that is not there', () => {
  it('is told of at once by who hands out', async () => {
    const opening = handingOut({ url: 'redis://127.0.0.1:1/0', proof: contractProof });
    await expect(opening).rejects.toMatchObject({
      code: 'QUEUE_NOT_REACHABLE',
      message: 'There is no Redis at redis://127.0.0.1:1/0.',
    });
  });

  it('is waited for by a worker, which can be ended', async () => {
    const worker = serving('redis://127.0.0.1:1/0');
    await until(() => worker.notices.length > 0);
    expect(worker.notices[0]).toMatch(/^there is no Redis at redis:\/\/127\.0\.0\.1:1\/0 yet \(.*\); trying again$/);
    await worker.end();
  });
});
