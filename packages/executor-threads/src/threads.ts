import { availableParallelism, freemem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { SHARE_ENV } from 'node:worker_threads';
import { restoredError, type ExecutorKind, type Outcome, type WorkElsewhere } from '@understory/core';
import { dispatch, type Worked } from '@understory/experiments';
import { newFlag } from '@understory/experiments/interruption';
import { Piscina } from 'piscina';
import { threadErrors } from './errors.ts';
import type { Answer, Batch, BatchResult, FromWorker, WorkerSetting } from './messages.ts';
import { batchFor, workerCount } from './worker-count.ts';

export interface ThreadsOptions {
  /** How many at most; 0 for one a core. */
  readonly workers?: number;
  /** Bytes of memory that are free; what the system says by default. */
  readonly freeMemory?: () => number;
  /** Arguments of Node for the workers, such as those of a loader; those of this process by default. */
  readonly execArgv?: readonly string[];
}

/** How often an item is given to a worker that ends over it. */
const attempts = 3;

/** So many workers may end one after the other without an item being done. */
const mostLosses = 24;

/**
 * Works on items in worker threads, each of which opens the work for itself; this thread only hands out ids and takes in rows and
 * files. A worker that ends is replaced, and its items are given to others one by one.
 * Opening throws WORK_NOT_ELSEWHERE. Items fail with WORKER_LOST; the stream throws WORKERS_LOST, and what opening the work throws.
 */
export function threads({ workers = 0, freeMemory = freeBytes, execArgv }: ThreadsOptions = {}): ExecutorKind {
  return {
    async open({ elsewhere, size, keep, signal, onStep }) {
      if (elsewhere === undefined) throw threadErrors.notElsewhere();
      const free = freeMemory();
      const demand = { asked: workers, cores: availableParallelism(), items: size, bytes: elsewhere.bytes, free };
      const { count, wanted } = workerCount(demand);
      const flag = newFlag();
      let pool: Piscina | undefined;
      const begun = (): Piscina => {
        if (pool !== undefined) return pool;
        pool = poolOf(count, { ...elsewhere, interrupted: flag.buffer }, execArgv);
        pool.on('message', ({ step }: FromWorker) => onStep?.(step));
        // A worker that ends between two batches is replaced.
        pool.on('error', () => undefined);
        return pool;
      };
      const run = async (ids: readonly string[]) => (await begun().run({ ids } satisfies Batch)) as BatchResult;
      const raise = () => flag.raise();
      signal?.addEventListener('abort', raise);
      let losses = 0;

      const work = async <Item extends { readonly id: string }, Row>(
        items: readonly Item[],
      ): Promise<Worked<Item, Row>> => {
        let result: BatchResult;
        try {
          result = await run(items.map(({ id }) => id));
        } catch (cause) {
          losses += 1;
          if (losses >= mostLosses) throw threadErrors.workersLost({ times: losses, cause });
          return { lost: { cause } };
        }
        losses = 0;
        if ('failed' in result) throw restoredError(result.failed);
        try {
          for (const file of result.kept) await keep(file);
        } catch (error) {
          return { outcomes: items.map((item) => ({ item, error })) };
        }
        const answers = new Map(result.answers.map((answer) => [answer.id, answer]));
        return { outcomes: items.flatMap((item) => outcomeOf<Item, Row>(item, answers.get(item.id))) };
      };

      return {
        notes: [noteOf({ count, wanted, free, bytes: elsewhere.bytes })],
        workers: count,
        async start() {
          // Batches of no items are through when the work is open.
          for (const result of await Promise.all(Array.from({ length: count }, () => run([])))) {
            if ('failed' in result) throw restoredError(result.failed);
          }
        },
        async *execute(items) {
          const { together } = elsewhere;
          const batch = (handedOut: number) => batchFor({ together, left: size - handedOut, count });
          begun();
          yield* dispatch<ItemOf<typeof items>, never>({
            ...{ concurrency: count, batch, attempts, signal, work },
            lost: ({ id }, cause) => threadErrors.workerLost({ item: id, times: attempts, cause }),
          }).execute(items);
        },
        async close() {
          signal?.removeEventListener('abort', raise);
          await pool?.destroy();
        },
      };
    },
  };
}

type ItemOf<Items> = Items extends AsyncIterable<infer Item> ? Item : never;

/** Nothing where an item was not begun, since the work was to end. */
function outcomeOf<Item, Row>(item: Item, answer: Answer | undefined): readonly Outcome<Item, Row>[] {
  if (answer === undefined) return [];
  if ('error' in answer) return [{ item, error: restoredError(answer.error) }];
  return [{ item, rows: answer.rows as readonly Row[] }];
}

function poolOf(
  count: number,
  { module, data, interrupted }: Pick<WorkElsewhere, 'module' | 'data'> & Pick<WorkerSetting, 'interrupted'>,
  execArgv: readonly string[] | undefined,
): Piscina {
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  return new Piscina({
    filename: fileURLToPath(new URL(file, import.meta.url)),
    workerData: { module, data, interrupted } satisfies WorkerSetting,
    ...{ minThreads: count, maxThreads: count, idleTimeout: Infinity, concurrentTasksPerWorker: 1 },
    // A worker that waits for its next batch in an atomic operation lets nothing else of its thread happen.
    atomics: 'disabled',
    env: SHARE_ENV,
    recordTiming: false,
    ...(execArgv && { execArgv: [...execArgv] }),
    // The limit of this thread, and the usual stack of a main thread for native code.
    resourceLimits: {
      maxOldGenerationSizeMb: Math.round(getHeapStatistics().heap_size_limit / 2 ** 20),
      stackSizeMb: 8,
    },
  });
}

/** What of the machine's memory this process may still take. */
function freeBytes(): number {
  const available = process.availableMemory();
  return available === 0 ? freemem() : Math.min(available, freemem());
}

interface Counted {
  readonly count: number;
  readonly wanted: number;
  readonly free: number;
  readonly bytes: number;
}

function noteOf({ count, wanted, free, bytes }: Counted): string {
  const workers = `${count} worker thread${count === 1 ? '' : 's'} of about ${gigabytes(bytes)}`;
  return count === wanted
    ? `${workers}${count === 1 ? '' : ' each'}`
    : `${workers} instead of ${wanted}: ${gigabytes(free)} of memory are free`;
}

function gigabytes(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
