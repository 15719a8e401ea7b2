import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { environmentFailure, type OpenExecutor, type Outcome, type WorkRequest } from '@understory/core';
import { dispatch, type Worked } from '@understory/experiments';
import type { QueueAddress } from './address.ts';
import { Admissions } from './admissions.ts';
import { Attendance } from './attendance.ts';
import { answerOf, connect } from './connect.ts';
import { DeadLetters } from './dead-letters.ts';
import { queueErrors, textOf, type Try } from './errors.ts';
import { inOrder } from './in-order.ts';
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
  /** Milliseconds without any worker after which the work ends; 0 for never. */
  readonly wait: number;
}

/** Of a study, batches are so many at least, so that many workers end at about the same time. */
const leastBatches = 64;

/**
 * Hands out items in batches to workers that show that they opened the same work, and takes in rows and files.
 * Throws WORK_NOT_ELSEWHERE, WORK_TOO_LARGE, QUEUE_NOT_REACHABLE, QUEUE_REFUSED, QUEUE_UNUSABLE and what proving throws; the stream throws
 * QUEUE_UNUSABLE and NO_WORKER. Items fail with ITEM_GIVEN_UP.
 */
export async function handOut<Item extends { readonly id: string }, Row>(
  request: WorkRequest<Item, Row>,
  { address, timing, attempts, ahead, wait }: HandOutOptions,
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
  const client = await connect(address, { onNotice, signal, silence: timing.silence });
  const id = randomUUID();
  const keys = keysOf(id);
  const jobs = new Jobs(client, id, timing);
  const admissions = new Admissions({ client, id, proof, onNotice });
  const janitor = new Janitor(client, timing.life);
  const letters = new DeadLetters(keep, request.kept);
  await letters.open();
  const pace = new Pace();
  let stopped: Error | undefined;
  /** Ends the work for a reason of its own; nobody waits for what is handed out any more. */
  const end = (error: Error) => {
    stopped ??= error;
    jobs.stop();
  };
  const attendance = new Attendance({
    ...{ client, admissions, onNotice, end, shown: address.shown, beat: timing.beat },
    ...{ patience: timing.life / 3, limit: wait },
  });
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
  try {
    await beat();
  } catch (cause) {
    await jobs.close().catch(() => undefined);
    client.disconnect();
    throw queueErrors.unusable({ address: address.shown, reason: answerOf(cause), cause });
  }
  const loops = [
    repeat(timing.beat, async () => (await beat(), await jobs.look())),
    repeat(timing.look, () => admissions.look()),
    repeat(timing.life / 3, () => janitor.look()),
    repeat(timing.beat, () => (jobs.size === 0 ? Promise.resolve() : attendance.look())),
  ];
  const stop = () => jobs.stop();
  signal?.addEventListener('abort', stop);

  const filed = inOrder(keep);

  /** What came of items in the end: those that were lost or met a broken environment are tried again, each by itself. */
  const outcomesOf = async (
    stream: { isOver: boolean },
    items: readonly Item[],
    tries: readonly Try[],
  ): Promise<readonly Outcome<Item, Row>[]> => {
    if (stream.isOver) return [];
    // A worker that cannot read a file may be able to in a moment.
    const delay = tries.length === 0 ? 0 : Math.min(timing.beat * 2 ** (tries.length - 1), timing.life);
    const own = items.map((item) => item.id);
    const reply = await jobs.ask(stream, own, delay).catch((cause: unknown) => {
      end(queueErrors.unusable({ address: address.shown, reason: answerOf(cause), cause }));
      return { kind: 'over' } as const;
    });
    if (reply.kind === 'over') {
      if (stopped !== undefined) throw stopped;
      return [];
    }
    const again = async (item: Item, last: Try, cause?: Error): Promise<readonly Outcome<Item, Row>[]> => {
      const all = [...tries, last];
      if (all.length < attempts) return outcomesOf(stream, [item], all);
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
      const stream = { isOver: false };
      const work = async <Each, Out>(own: readonly Each[]): Promise<Worked<Each, Out>> => ({
        outcomes: (await outcomesOf(stream, own as readonly never[], [])) as never,
      });
      const outcomes = dispatch<Item, Row>({ concurrency: ahead, batch, signal, work })
        .execute(items)
        [Symbol.asyncIterator]();
      try {
        for (let next = await outcomes.next(); next.done !== true; next = await outcomes.next()) {
          pace.count('error' in next.value);
          yield next.value;
        }
      } finally {
        // Whoever wants no more of it does not wait for what is handed out.
        stream.isOver = true;
        jobs.leave(stream);
        await outcomes.return?.();
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
