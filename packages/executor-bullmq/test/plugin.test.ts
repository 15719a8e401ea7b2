import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHost } from '@understory/core';
import { executorContract } from '@understory/testing';
import plugin, { queue } from '../src/index.ts';
import { hasRedis, redisServer, withoutRedis, type RedisServer } from '@understory/testing/node';
import { quick, serving, type Serving } from './support/serving.ts';

(hasRedis ? describe : describe.skip)(`the executor queue${withoutRedis}`, () => {
  let redis: RedisServer;
  let workers: readonly Serving[];
  beforeAll(async () => {
    redis = await redisServer();
    workers = [serving(redis.url), serving(redis.url)];
  });
  afterAll(async () => {
    for (const worker of workers) await worker.end();
    await redis.close();
  });

  const subject = {
    create: () => queue({ url: redis.url, ahead: 3, timing: quick }),
    // Machines have one of their own.
    module: 'none',
    // Three batches of two in Redis, and a fourth gathered.
    most: 8,
  };
  for (const { name, run, timeout } of executorContract(subject)) it(name, run, timeout);
});

describe('the plugin', () => {
  it('provides the queue, with the address as a setting', async () => {
    const host = createHost();
    host.use(plugin, { from: 'test' });
    host.start();
    expect(host.list('executor').map(({ id }) => id)).toEqual(['queue']);
    expect(host.optionsOf('executor', 'queue', { url: 'redis://there:1/2' })).toEqual({
      url: 'redis://there:1/2',
      ...{ attempts: 5, ahead: 1024, wait: 0, stall: 20 },
    });
    await host.dispose();
  });
});
