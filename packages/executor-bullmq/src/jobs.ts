import { restoredError, type KeptFile } from '@understory/core';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { another, isShutOut } from './connect.ts';
import { textOf } from './errors.ts';
import { keysOf, prefix } from './keys.ts';
import { answer as answerSchema, most, read, receivedFile, type Answer } from './messages.ts';
import { pause, type Timing } from './timing.ts';

/** What became of a batch. */
export type Reply =
  | {
      readonly kind: 'answered';
      readonly worker: string;
      readonly answers: Answers;
      readonly kept: readonly KeptFile[];
    }
  | { readonly kind: 'lost'; readonly worker: string; readonly reason: string }
  /** Nobody wants to know any more. */
  | { readonly kind: 'over' };

type Answers = ReadonlyMap<string, { readonly rows: readonly unknown[] } | { readonly error: Error }>;

interface Pending {
  readonly ids: readonly string[];
  readonly stream: object;
  readonly settle: (reply: Reply) => void;
}

/** A key of BullMQ that has to expire in its own time: while it is there, no worker looks for batches whose worker is gone. */
const lookedKey = 'stalled-check';

/** So many answers are taken in at once. */
const together = 100;

/**
 * The batches of a study that are handed out: each is one job of BullMQ, and its answer a key beside it. A job that is neither in Redis nor
 * answered is handed out again; an answer that nobody waits for is dropped.
 */
export class Jobs {
  readonly #client: Redis;
  readonly #queue: Queue;
  readonly #keys: ReturnType<typeof keysOf>;
  readonly #listener: Redis;
  readonly #timing: Timing;
  readonly #pending = new Map<string, Pending>();
  #count = 0;
  #isClosed = false;
  #tellStopped: () => void = () => undefined;
  readonly #stopped = new Promise<void>((resolve) => (this.#tellStopped = resolve));
  readonly #listening: Promise<void>;

  constructor(client: Redis, id: string, timing: Timing) {
    this.#client = client;
    this.#timing = timing;
    this.#keys = keysOf(id);
    // What is told of jobs is not read, but that they are there.
    this.#queue = new Queue(id, { connection: client, prefix, streams: { events: { maxLen: 100 } } });
    this.#queue.on('error', () => undefined);
    this.#listener = another(client);
    this.#listening = this.#listen();
  }

  /** Hands out a batch of a stream, after `delay` milliseconds; never rejects but where the batch cannot be sent. */
  async ask(stream: object, ids: readonly string[], delay = 0): Promise<Reply> {
    if (this.#isClosed) return { kind: 'over' };
    // Not a number alone, which BullMQ keeps for itself.
    const job = `b${(this.#count += 1)}`;
    const reply = new Promise<Reply>((settle) => void this.#pending.set(job, { ids, stream, settle }));
    // A Redis that is away takes no batch, and keeps nobody from giving up.
    return Promise.race([this.#add(job, ids, delay).then(() => reply), reply]);
  }

  async #add(job: string, ids: readonly string[], delay = 0): Promise<void> {
    const options = {
      jobId: job,
      removeOnComplete: true,
      removeOnFail: false,
      attempts: 1,
      ...(delay > 0 && { delay }),
    };
    // A batch that is there already is not added twice, so that it may be tried again.
    for (let isSent = false; !isSent;) {
      try {
        await this.#queue.add('batch', { ids }, options);
        await this.#client.pexpire(this.#keys.job(job), this.#timing.keep);
        isSent = true;
      } catch (error) {
        if (this.#isClosed || !isShutOut(error)) throw error;
        await pause(this.#timing.beat, this.#stopped);
      }
    }
  }

  /** How many batches are handed out. */
  get size(): number {
    return this.#pending.size;
  }

  /** Looks for batches that are lost, and keeps what is there from expiring. */
  async look(): Promise<void> {
    const failed = new Set(await this.#client.zrange(this.#queue.keys.failed!, '0', '-1'));
    const jobs = [...this.#pending.keys()];
    const there = await Promise.all(jobs.map((job) => this.#client.pexpire(this.#keys.job(job), this.#timing.keep)));
    for (const [at, job] of jobs.entries()) {
      if (failed.has(job)) await this.#take(job, () => this.#lose(job));
      else if (there[at] === 0) {
        await this.#take(job, async () => {
          const pending = this.#pending.get(job);
          if (pending !== undefined) await this.#add(job, pending.ids);
        });
      }
    }
    // Left over from batches that were answered after all.
    for (const job of failed) if (!this.#pending.has(job)) await this.#queue.remove(job);
    const { done, hellos, verdicts, holders } = this.#keys;
    const own = Object.entries(this.#queue.keys).flatMap(([name, key]) => (name === lookedKey ? [] : [key]));
    const keys = [...own, done, hellos, verdicts, holders];
    await Promise.all(keys.map((key) => this.#client.pexpire(key, this.#timing.keep)));
  }

  /** Gives up on the batches of a stream that nobody wants more of. */
  leave(stream: object): void {
    for (const [job, pending] of this.#pending) {
      if (pending.stream !== stream) continue;
      this.#pending.delete(job);
      pending.settle({ kind: 'over' });
    }
  }

  /** Gives up on all batches. */
  stop(): void {
    this.#isClosed = true;
    this.#tellStopped();
    for (const { settle } of this.#pending.values()) settle({ kind: 'over' });
    this.#pending.clear();
  }

  async close(): Promise<void> {
    this.stop();
    this.#listener.disconnect();
    await this.#listening;
    await this.#queue.close();
  }

  /** Waits for answers, one after the other and then as many as there are. */
  async #listen(): Promise<void> {
    const never = new Promise<void>(() => undefined);
    while (!this.#isClosed) {
      try {
        const found = await this.#listener.blpop(this.#keys.done, 2);
        if (found === null) continue;
        const more = (await this.#client.lpop(this.#keys.done, together)) ?? [];
        await Promise.all([found[1], ...more].map((job) => this.#take(job)));
      } catch {
        if (!this.#isClosed) await pause(this.#timing.look, never);
      }
    }
  }

  /** Takes in the answer of a job; where there is none does `otherwise`. */
  async #take(job: string, otherwise: () => Promise<void> = async () => undefined): Promise<void> {
    const key = this.#keys.answer(job.slice(0, 64));
    const pending = this.#pending.get(job);
    if (pending === undefined) return void (await this.#client.unlink(key));
    const text = await this.#client.getrange(key, 0, most.answer);
    if (text === '') return otherwise();
    if (!this.#pending.delete(job)) return;
    await this.#client.unlink(key);
    pending.settle(replyOf(text, pending.ids));
  }

  /** A job whose worker is gone. */
  async #lose(job: string): Promise<void> {
    const [worker, reason] = await Promise.all([
      this.#client.hget(this.#keys.holders, job),
      this.#client.hget(this.#keys.job(job), 'failedReason'),
    ]);
    const pending = this.#pending.get(job);
    this.#pending.delete(job);
    await Promise.all([this.#queue.remove(job), this.#client.hdel(this.#keys.holders, job)]);
    const words = /stalled/.test(reason ?? '')
      ? 'it was gone before the batch was done'
      : (reason ?? 'nothing is known');
    pending?.settle({ kind: 'lost', worker: worker ?? 'a worker', reason: words });
  }
}

function replyOf(text: string, ids: readonly string[]): Reply {
  let message: Answer;
  try {
    message = read(answerSchema, text, 'An answer', most.answer);
  } catch (error) {
    return { kind: 'lost', worker: 'a worker', reason: textOf(error) };
  }
  const { worker, result } = message;
  if ('failed' in result) return { kind: 'lost', worker, reason: textOf(result.failed) };
  const known = new Set(ids);
  const answers = new Map(
    result.answers
      .filter(({ id }) => known.has(id))
      .map((each) => [each.id, 'error' in each ? { error: restoredError(each.error) } : { rows: each.rows }]),
  );
  return { kind: 'answered', worker, answers, kept: result.kept.map(receivedFile) };
}
