import { hostname } from 'node:os';
import { carriedError, restoredError, type CarriedError, type ServedWork, type ServeRequest } from '@understory/core';
import { Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { queueErrors } from './errors.ts';
import { keysOf, prefix, removeKeysOf } from './keys.ts';
import { batch, most, read, verdict, type Announcement, type Hello } from './messages.ts';
import { answerText, Seat, type Result } from './seat.ts';
import { pause, type Timing } from './timing.ts';

export interface ShareOptions extends Pick<ServeRequest, 'open' | 'onNotice'> {
  readonly client: Redis;
  readonly id: string;
  readonly announced: Announcement;
  readonly worker: string;
  /** How many batches at once, by how much memory each takes, and how that is told. */
  readonly seats: (bytes: number) => { readonly count: number; readonly words: string };
  /** Waits for its turn among all studies. */
  readonly turn: <Result>(act: () => Promise<Result>) => Promise<Result>;
  readonly timing: Timing;
  readonly onItems: (count: number) => void;
}

/** Milliseconds between two times that a worker shows what it has, until it is answered. */
const patience = 5000;

/** So many batches may fail one after the other. */
const mostFailures = 3;

/** The part that a worker has in a study: it opens the work, shows what it opened, and takes batches once it is let in. */
export class Share {
  readonly #options: ShareOptions;
  readonly #interruption = new AbortController();
  readonly #ended: Promise<void>;
  readonly #running: Promise<void>;
  #end: () => void = () => undefined;
  #isOver = false;
  #worker: Worker | undefined;
  #seats: Seat[] = [];
  /** Batches of other items each that failed since one was done, and all items of them. */
  #failures = 0;
  readonly #failed = new Set<string>();
  #lastFailure: CarriedError | undefined;

  constructor(options: ShareOptions) {
    this.#options = options;
    this.#ended = new Promise((resolve) => void (this.#end = resolve));
    this.#running = this.#run();
  }

  /** Ends it: once the batches under way are done where the study goes on, at once where it does not. */
  async leave({ isStudyOver }: { readonly isStudyOver: boolean }): Promise<void> {
    this.#isOver = true;
    if (isStudyOver) this.#interruption.abort();
    this.#end();
    await this.#running;
  }

  /** Lets go of connections, whatever is under way. */
  abandon(): void {
    void this.#worker?.close(true).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { client, id, announced, worker, onNotice } = this.#options;
    const { title, host } = announced;
    let served: ServedWork | undefined;
    try {
      served = await this.#options.open(announced.work);
      if (!(await this.#isAdmitted({ shows: { proof: { ...served.proof } } }))) return;
      const { count, words } = this.#options.seats(served.bytes);
      this.#seats = Array.from({ length: count }, () => new Seat(served!, this.#interruption.signal));
      for (const seat of this.#seats) if (!this.#isOver) await seat.open();
      if (this.#isOver) return;
      onNotice(`works for ${title} of ${host}, ${words}`);
      this.#worker = this.#take(count);
      await this.#ended;
      await this.#worker.close();
      if (this.#failures >= mostFailures && !this.#isOver) await this.#withdraw();
    } catch (error) {
      if (this.#isOver) return;
      const failure = queueErrors.workerCannotOpen({ worker, cause: error });
      onNotice(failure);
      await this.#show({ shows: { failed: carriedError(error) } }).catch(() => undefined);
    } finally {
      for (const seat of this.#seats) await seat.close();
      await served?.close().catch(() => undefined);
      // What BullMQ wrote after the process that hands out has cleaned up.
      if (this.#interruption.signal.aborted) await removeKeysOf(client, id).catch(() => undefined);
    }
  }

  /** Tells both sides that it takes no more batches, and why. */
  async #withdraw(): Promise<void> {
    const { worker, onNotice } = this.#options;
    const failure = queueErrors.workerWithdraws({
      ...{ worker, times: mostFailures },
      cause: this.#lastFailure && restoredError(this.#lastFailure),
    });
    onNotice(failure);
    await this.#show({ shows: { withdrew: carriedError(failure) } }).catch(() => undefined);
  }

  /** Ends its part where batch after batch fails; one item that is tried again and again counts once. */
  #count(ids: readonly string[], result: Result): void {
    if (!('failed' in result)) {
      this.#failures = 0;
      this.#failed.clear();
      return;
    }
    if (ids.some((id) => !this.#failed.has(id))) this.#failures += 1;
    for (const id of ids) this.#failed.add(id);
    this.#lastFailure = result.failed;
    if (this.#failures >= mostFailures) this.#end();
  }

  /** Shows what it has until it is answered; tells of a refusal. */
  async #isAdmitted(shown: Pick<Hello, 'shows'>): Promise<boolean> {
    const { client, id, worker, timing, onNotice } = this.#options;
    let at = -Infinity;
    while (!this.#isOver) {
      if (performance.now() - at > patience) {
        at = performance.now();
        await this.#show(shown);
      }
      const text = await client.hget(keysOf(id).verdicts, worker);
      if (text !== null) {
        const answer = read(verdict, text, 'The answer to a worker');
        if ('isAdmitted' in answer) return true;
        onNotice(restoredError(answer.refused));
        return false;
      }
      await pause(timing.look / 2, this.#ended);
    }
    return false;
  }

  async #show({ shows }: Pick<Hello, 'shows'>): Promise<void> {
    const { client, id, worker } = this.#options;
    await client.rpush(keysOf(id).hellos, JSON.stringify({ worker, host: hostname(), shows } satisfies Hello));
  }

  #take(concurrency: number): Worker {
    const { client, id, worker, timing } = this.#options;
    const free = [...this.#seats];
    const made = new Worker(id, async (job: Job) => this.#work(job, free), {
      ...{ connection: client, prefix, name: worker, concurrency },
      ...{ lockDuration: timing.stall, stalledInterval: Math.max(1000, timing.stall / 4) },
      // Who hands out decides what is tried again.
      maxStalledCount: 0,
      drainDelay: 2,
    });
    // Connections are made again, and batches that were given to another are no longer ours.
    made.on('error', () => undefined);
    return made;
  }

  async #work({ id: job, data }: Job, free: Seat[]): Promise<void> {
    const { client, id, worker, timing, turn, onItems } = this.#options;
    const { ids } = read(batch, JSON.stringify(data), 'A batch', most.batch);
    const { answer, done, holders } = keysOf(id);
    // Sent before the answer, and not waited for.
    client.hset(holders, job!, worker).catch(() => undefined);
    const result = await turn(async () => {
      const seat = free.pop()!;
      try {
        return await seat.result(ids);
      } finally {
        free.push(seat);
      }
    });
    onItems(ids.length);
    this.#count(ids, result);
    if (this.#interruption.signal.aborted) return;
    const text = answerText(worker, result);
    await client.multi().set(answer(job!), text, 'PX', timing.keep).rpush(done, job!).hdel(holders, job!).exec();
  }
}
