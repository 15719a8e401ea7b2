import type { SharedStudy, SharedWork, SharedWorker } from '@understory/core';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { commonKeys, keysOf, prefix } from './keys.ts';
import { announcement, most, progress, read, workerState } from './messages.ts';

/** What is handed out over a Redis at the time; what cannot be read is left out. */
export async function shared(client: Redis): Promise<SharedWork> {
  const [ids, names] = await Promise.all([client.smembers(commonKeys.studies), client.smembers(commonKeys.workers)]);
  const states = (
    await Promise.all(names.map((name) => readable(client, commonKeys.worker(name), workerState)))
  ).filter((state) => state !== undefined);
  const studies = await Promise.all(ids.map((id) => studyOf(client, id, states)));
  const byName =
    <Each>(name: (each: Each) => string) =>
    (one: Each, other: Each) =>
      name(one) < name(other) ? -1 : 1;
  return {
    studies: studies.filter((study) => study !== undefined).sort(byName(({ since, id }) => `${since} ${id}`)),
    workers: states
      .map(({ name, host, pid, concurrency, busy, items }): SharedWorker => ({
        name,
        host,
        pid,
        concurrency,
        busy,
        items,
      }))
      .sort(byName(({ name }) => name)),
  };
}

async function studyOf(
  client: Redis,
  id: string,
  workers: readonly z.output<typeof workerState>[],
): Promise<SharedStudy | undefined> {
  const keys = keysOf(id);
  const [announced, counts, waiting, delayed, active] = await Promise.all([
    readable(client, keys.open, announcement, most.study),
    readable(client, keys.progress, progress),
    client.llen(`${prefix}:${id}:wait`),
    client.zcard(`${prefix}:${id}:delayed`),
    client.llen(`${prefix}:${id}:active`),
  ]);
  if (announced === undefined) return undefined;
  const { title, host, pid, since, total } = announced;
  const { done, failed, pace } = counts ?? { done: 0, failed: 0, pace: null };
  const verdicts = await client.hgetall(keys.verdicts);
  const isAdmitted = (name: string) => verdicts[name]?.includes('"isAdmitted":true') === true;
  return {
    ...{ id, title, host, pid, since, total, done, failed, pace, waiting: waiting + delayed, active },
    workers: workers.flatMap(({ name, studies }) => (studies.includes(id) && isAdmitted(name) ? [name] : [])).sort(),
  };
}

async function readable<Schema extends z.ZodType>(
  client: Redis,
  key: string,
  schema: Schema,
  limit: number = most.hello,
): Promise<z.output<Schema> | undefined> {
  try {
    return read(schema, await client.getrange(key, 0, limit), key, limit);
  } catch {
    return undefined;
  }
}
