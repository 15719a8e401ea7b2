import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { openWork } from '@understory/testing/executor-work';
import { Redis } from 'ioredis';
import { hasRedis, redisServer, withoutRedis, type RedisServer } from '@understory/testing/node';
import { Attendance } from '../src/attendance.ts';
import { queue } from '../src/index.ts';
import { handingOut, itemsOf, outcomesById, until } from './support/handing-out.ts';
import { quick, serving, type Serving } from './support/serving.ts';

// What a user meets where nobody does the work, or Redis does not do what it is there for.

const ids = Array.from({ length: 10 }, (_, at) => `item-${at}`);

(hasRedis ? describe : describe.skip)(`work that is handed out${withoutRedis}`, () => {
  let redis: RedisServer;
  let client: Redis;
  let workers: Serving[];
  beforeEach(async () => {
    workers = [];
    redis = await redisServer();
    client = new Redis(redis.port, '127.0.0.1');
  });
  afterEach(async () => {
    for (const worker of workers) await worker.end();
    client.disconnect();
    await redis.close();
  });

  it('says that no worker takes part, once, and goes on when one comes', async () => {
    const { opened, notices } = await handingOut({ url: redis.url });
    const outcomes = outcomesById(opened.execute(itemsOf(ids)));
    await until(() => notices.length > 0);
    workers.push(serving(redis.url));
    expect((await outcomes).size).toBe(ids.length);
    expect(notices).toEqual([
      `no worker takes part at the time; the work waits for one to be started with ${redis.url}`,
      expect.stringMatching(/joins in$/),
    ]);
    await opened.close();
  });

  it('says so where every worker has withdrawn, and ends where that is not waited for', async () => {
    const broken = async () => ({ ...(await openWork({}, {} as never)), rows: () => Promise.reject(new Error('no')) });
    workers.push(serving(redis.url, { open: broken }));
    const { opened, notices } = await handingOut({ url: redis.url, together: 1, attempts: 100, wait: 2 });
    await expect(outcomesById(opened.execute(itemsOf(ids)))).rejects.toMatchObject({
      code: 'NO_WORKER',
      message: 'No worker has taken part for 2 seconds.',
      found: 'no worker that does the work; 1 got none of it, or take no more of it',
      expected: `at least one that is started with ${redis.url}`,
    });
    expect(notices.map((each) => (typeof each === 'string' ? each : (each as { code?: string }).code))).toEqual([
      expect.stringMatching(/joins in$/),
      'WORKER_WITHDRAWS',
      expect.stringMatching(
        /^no worker takes part at the time; 1 got none of it, or take no more of it; the work waits/,
      ),
    ]);
    await opened.close();
  });

  it('is not waited for once nobody wants more outcomes', async () => {
    workers.push(serving(redis.url));
    const { opened } = await handingOut({ url: redis.url, together: 1 });
    for await (const outcome of opened.execute(itemsOf(['bad-0', 'held-1', 'held-2', 'held-3']))) {
      expect(outcome).toHaveProperty('error');
      break;
    }
    await opened.close();
  });

  it('is done by fewer at once where memory does not suffice for all, which is said beforehand', async () => {
    const [small, large] = [
      serving(redis.url, { concurrency: 3 }),
      serving(redis.url, { concurrency: 3, bytes: 2 ** 50 }),
    ];
    workers.push(small, large);
    const { opened } = await handingOut({ url: redis.url });
    await until(() => small.notices.length > 1 && large.notices.length > 1);
    expect(small.notices[1]).toMatch(/^works for work of \S+, 3 batches at a time of about 1 MB each$/);
    expect(large.notices[1]).toMatch(
      /, 1 batch at a time of about 1073741824 MB each instead of 3: \d+ MB of memory are free$/,
    );
    await opened.close();
  });

  it('names what Redis says that denies it, on both sides and in what is shown', async () => {
    await client.acl('SETUSER', 'guest', 'on', '>word', '~other:*', '+@all');
    const url = redis.url.replace('redis://', 'redis://guest:word@');
    const denied = { code: 'QUEUE_UNUSABLE', found: expect.stringMatching(/^NOPERM /) };
    await expect(handingOut({ url })).rejects.toMatchObject(denied);
    await expect(queue({ url }).shared!()).rejects.toMatchObject(denied);
    const worker = serving(url);
    workers.push(worker);
    await until(() => worker.notices.length > 1);
    expect(worker.notices.slice(1)).toEqual([expect.objectContaining(denied)]);
  });

  it('says that Redis no longer lets it in, and goes on when it does again', async () => {
    const { opened, notices } = await handingOut({ url: redis.url });
    const outcomes = outcomesById(opened.execute(itemsOf(ids)));
    await client.config('SET', 'requirepass', 'another');
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const words = `the Redis at ${redis.url} no longer lets us in (`;
    await until(() => notices.some((notice) => String(notice).startsWith(words)));
    await client.config('SET', 'requirepass', '');
    workers.push(serving(redis.url));
    expect((await outcomes).size).toBe(ids.length);
    expect(notices.filter((notice) => String(notice).startsWith(words))).toHaveLength(1);
    await opened.close();
  });

  it('ends where Redis has no room, and keeps what is done', async () => {
    const { opened } = await handingOut({ url: redis.url, together: 1 });
    await client.config('SET', 'maxmemory', '1');
    const failure: unknown = await outcomesById(opened.execute(itemsOf(ids))).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'QUEUE_UNUSABLE', found: expect.stringMatching(/^OOM /) });
    await client.config('SET', 'maxmemory', '0');
    await opened.close();
  });
});

describe('a host that is no Redis', () => {
  let server: Server;
  const at = async (accept: (socket: import('node:net').Socket) => void) => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      accept(socket);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return `redis://127.0.0.1:${(server.address() as { readonly port: number }).port}/0`;
  };
  afterEach(() => void server.close());

  it('is told of where it closes connections, and by a worker, which waits', async () => {
    const url = await at((socket) => void socket.end());
    const found = 'the connection is closed as soon as it is made';
    await expect(handingOut({ url })).rejects.toMatchObject({ code: 'QUEUE_NOT_REACHABLE', found });
    const worker = serving(url);
    await until(() => worker.notices.length > 0);
    expect(worker.notices).toEqual([`there is no Redis at ${url} yet (${found}); trying again`]);
    await worker.end();
  });

  it('is told of where it never answers', async () => {
    const url = await at((socket) => void socket.resume());
    const timing = { ...quick, silence: 100 };
    const answer = { code: 'QUEUE_NOT_REACHABLE', found: 'no answer in 0.1 seconds' };
    await expect(queue({ url, timing }).shared!()).rejects.toMatchObject(answer);
  });
});

it('does not count the time in which Redis was away or the machine asleep', async () => {
  let now = 0;
  let ping = () => Promise.resolve('PONG');
  const end = jest.fn();
  const attendance = new Attendance({
    ...{
      client: { ping: () => ping() } as Redis,
      admissions: { workers: () => ({ admitted: [], turnedAway: [] }) } as never,
    },
    ...{ shown: 'redis://there', onNotice: () => undefined, beat: 2000, patience: 10_000, limit: 60_000, end },
    now: () => now,
  });
  const after = async (seconds: number) => {
    now += 1000 * seconds;
    await attendance.look();
    return end.mock.calls.length;
  };
  expect(await after(3600)).toBe(0);
  // A command waits for a Redis that is away.
  ping = async () => ((now += 3_600_000), 'PONG');
  expect(await after(2)).toBe(0);
  ping = async () => 'PONG';
  for (let look = 0; look < 25; look += 1) expect(await after(2)).toBe(0);
  expect(await after(2)).toBe(1);
});
