import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { environmentFailure, type KeptFile, type OpenExecutor, type Outcome, type WorkRequest } from '@understory/core';
import { dispatch, type Worked } from '@understory/experiments';
import type { QueueAddress } from './address.ts';
import { Admissions } from './admissions.ts';
import { connect } from './connect.ts';
import { DeadLetters } from './dead-letters.ts';
import { queueErrors, textOf, type Try } from './errors.ts';
import { Jobs } from './jobs.ts';
import { commonKeys, Janitor, keysOf, removeKeysOf } from './keys.ts';
import { format, most, type Announcement } from './messages.ts';
import { Pace } from './pace.ts';
import { pause, type Timing } from './timing.ts';

export interface HandOutOptions {
  readonly address: QueueAddress;
  readonly timing: Timing;
  /** How often an item is tried whose worker is lost or cannot read its files. */
  readonly attempts: number;
  /** Batches in Redis at most. */
  readonly ahead: number;
}

/** Of a study, batches are so many at least, so that many workers end at about the same time. */
const leastBatches = 64;

/**
 * Hands out items in batches to workers that show that they opened the same work, and takes in rows and files.
 * Throws WORK_NOT_ELSEWHERE, WORK_TOO_LARGE, QUEUE_NOT_REACHABLE, QUEUE_REFUSED and what proving throws. Items fail with ITEM_GIVEN_UP.
 */
export async function handOut<Item extends { readonly id: string }, Row>(
  request: WorkRequest<Item, Row>,
  { address, timing, attempts, ahead }: HandOutOptions,
): Promise<OpenExecutor<Item, Row>> {
  const { elsewhere, size, keep, signal, title = 'work', onNotice = () => undefined } = request;
  if (elsewhere?.machines === undefined) throw queueErrors.notElsewhere();
  const opened: Announcement = {
    ...{ format, title, host: hostname(), pid: process.pid, since: new Date().toISOString(), total: size },
    work: elsewhere.machines.data,
  };
  const text = JSON.stringify(opened);
  if (text.length > most.study) throw queueErrors.workTooLarge({ bytes: text.length, most: most.study });
  const proof = await elsewhere.machines.prove();
  const client = await connect(address, { onNotice, signal });
  const id = randomUUID();
  const keys = keysOf(id);
  const jobs = new Jobs(client, id, timing);
  const admissions = new Admissions({ client, id, proof, onNotice });
  const janitor = new Janitor(client, timing.life);
  const letters = new DeadLetters(keep, request.kept);
  await letters.open();
  const pace = new Pace();
  let close: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => void (close = resolve));
  let isClosed = false;

  const beat = async () => {
    const told = { done: pace.done, failed: pace.failed, pace: pace.rate() };
    await client
      .multi()
      .sadd(commonKeys.studies, id)
      .set(keys.open, text, 'PX', timing.life)
      .set(keys.progress, JSON.stringify(told), 'PX', timing.life)
      .exec();
  };
  /** Does something again and again until the end; a Redis that is away for a while does not end it. */
  const repeat = async (milliseconds: number, act: () => Promise<void>) => {
    while (!isClosed) {
      await act().catch(() => undefined);
      await pause(milliseconds, closed);
    }
  };
  await beat();
  const loops = [
    repeat(timing.beat, async () => (await beat(), await jobs.look())),
    repeat(timing.look, () => admissions.look()),
    repeat(timing.life / 3, () => janitor.look()),
  ];
  const stop = () => jobs.stop();
  signal?.addEventListener('abort', stop);

  let filing = Promise.resolve();
  /** One answer after the other: a later one of the same worker may remove what an earlier one wrote. */
  const filed = (files: readonly KeptFile[]): Promise<void> => {
    const own = filing.then(async () => {
      for (const file of files) await keep(file);
    });
    filing = own.catch(() => undefined);
    return own;
  };

  /** What came of items in the end: those that were lost or met a broken environment are tried again, each by itself. */
  const outcomesOf = async (items: readonly Item[], tries: readonly Try[]): Promise<readonly Outcome<Item, Row>[]> => {
    // A worker that cannot read a file may be able to in a moment.
    const delay = tries.length === 0 ? 0 : Math.min(timing.beat * 2 ** (tries.length - 1), timing.life);
    const reply = await jobs.ask(
      items.map((item) => item.id),
      delay,
    );
    if (reply.kind === 'over') return [];
    const again = async (item: Item, last: Try, cause?: Error): Promise<readonly Outcome<Item, Row>[]> => {
      const all = [...tries, last];
      if (all.length < attempts) return outcomesOf([item], all);
      await letters.add(item.id, all);
      return [{ item, error: queueErrors.itemGivenUp({ item: item.id, tries: all, cause }) }];
    };
    const { worker } = reply;
    if (reply.kind === 'lost') {
      return (await Promise.all(items.map((item) => again(item, { worker, reason: reply.reason })))).flat();
    }
    try {
      await filed(reply.kept);
    } catch (error) {
      return items.map((item) => ({ item, error }));
    }
    const outcomes = items.map(async (item): Promise<readonly Outcome<Item, Row>[]> => {
      const answer = reply.answers.get(item.id);
      if (answer === undefined) return again(item, { worker, reason: 'it did not begin the item' });
      if ('error' in answer && environmentFailure(answer.error) !== undefined) {
        return again(item, { worker, reason: textOf(answer.error) }, answer.error);
      }
      await letters.settle(item.id);
      return [{ item, ...(answer as { readonly rows: readonly Row[] } | { readonly error: Error }) }];
    });
    return (await Promise.all(outcomes)).flat();
  };

  return {
    notes: [`batches go to workers over ${address.shown}; they are started with the same address`],
    async *execute(items) {
      const batch = Math.max(1, Math.min(elsewhere.together, Math.ceil(size / leastBatches)));
      const work = async <Each, Out>(own: readonly Each[]): Promise<Worked<Each, Out>> => ({
        outcomes: (await outcomesOf(own as readonly never[], [])) as never,
      });
      for await (const outcome of dispatch<Item, Row>({ concurrency: ahead, batch, signal, work }).execute(items)) {
        pace.count('error' in outcome);
        yield outcome;
      }
    },
    async close() {
      isClosed = true;
      signal?.removeEventListener('abort', stop);
      close();
      jobs.stop();
      // With Redis away nobody can be told, and what is there expires.
      const cleaned = async () => {
        await Promise.all(loops);
        await client.unlink(keys.open);
        await jobs.close();
        await removeKeysOf(client, id);
        await client.srem(commonKeys.studies, id);
      };
      if (client.status === 'ready')
        await pause(
          timing.life / 3,
          cleaned().catch(() => undefined),
        );
      else void jobs.close().catch(() => undefined);
      client.disconnect();
    },
  };
}
