import {
  environmentFailure,
  type Cancellation,
  type Experiment,
  type Store,
  type StoreLock,
  type UnderstoryError,
} from '@understory/core';
import { experimentErrors, failureOf } from './errors.ts';
import type { Executor, Outcome } from './executor.ts';
import { checkTables, finishRun, rowsTable, type FinishedRun } from './finish-run.ts';
import { inProcess } from './in-process.ts';
import { storableRows, type LogLine } from './log-line.ts';
import { countProgress, type Progress } from './progress.ts';
import { RowLog } from './row-log.ts';
import { readIndex, type RunIndex } from './run-index.ts';
import { agreeOnRecord, recordOf, type About } from './run-record.ts';
import { checkShard, isOfShard, lockOf, logName, sizeOfShard, type Shard } from './shard.ts';
import type { Table } from './table.ts';

export interface RunRequest<Item extends { readonly id: string }, Row, Summary> {
  readonly experiment: Experiment<Item, Row, Summary>;
  /** In a fixed order, under ids that do not repeat; an item should read its image only when the experiment asks. */
  readonly items: AsyncIterable<Item>;
  /** Where the run is kept. */
  readonly store: Store;
  /** Everything besides the seed that rows depend on, as JSON: model hash, backend, provider, preprocessing, parameters, versions. */
  readonly description: Readonly<Record<string, unknown>>;
  readonly seed: number | string;
  /** Kept in the record as `about`; a run goes on whatever it says. */
  readonly about?: About;
  /** One table of the rows as they are by default. */
  readonly tables?: readonly Table<Row>[];
  /** Only every n-th item; `mergeShards` makes the tables when all shards are through. */
  readonly shard?: Shard;
  /** Items under way at once in this process, from 1; 1 by default. */
  readonly concurrency?: number;
  /** Where items are worked on; in this process by default. One that is given has its own concurrency. */
  readonly executor?: Executor<Item, Row>;
  /** Stops at the first item that fails instead of recording it. */
  readonly strict?: boolean;
  /** Works again on items that are recorded as failed; what comes of them then counts. */
  readonly retryFailed?: boolean;
  /** How many items there are in all, for the progress. */
  readonly total?: number;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: Cancellation;
}

export interface RunResult<Summary> extends Omit<FinishedRun<Summary>, 'summary'> {
  /** Items that this process worked on; the others were there. */
  readonly worked: number;
  /** Undefined for a shard, which only `mergeShards` ends. */
  readonly summary: Summary | undefined;
}

/**
 * Runs an experiment into a store, going on where an earlier process stopped, and ends with tables that do not depend on how
 * often it was interrupted, on the concurrency, or on the sharding.
 * An item whose rows cannot be computed is recorded as failed, unless the environment failed, by `environmentFailure`: then the items
 * under way are finished and the run stops with RUN_STOPPED, so that it goes on from that item.
 * Throws RUN_LOCKED, RUN_PARAMETERS_DIFFER, RUN_ITEMS_CHANGED, RUN_ITEM_REPEATED, RUN_FOLDER_NOT_WRITABLE, RUN_FORMAT_OLD,
 * RUN_LOG_DAMAGED, RUN_STOPPED, when strict RUN_ITEM_FAILED, what the stream of items throws, the signal's reason, and a RangeError for options
 * out of range. What was flushed before stays and counts.
 */
export async function runExperiment<Item extends { readonly id: string }, Row, Summary>(
  request: RunRequest<Item, Row, Summary>,
): Promise<RunResult<Summary>> {
  const { store, shard, seed, description, about, tables = [rowsTable<Row>()], signal } = request;
  if (shard !== undefined) checkShard(shard);
  checkTables(tables);
  const record = recordOf(description, seed, about);
  const executor = request.executor ?? inProcess(request);
  signal?.throwIfAborted();
  await store.prepare('');
  return withLock(store, shard, async (lock) => {
    const run = await agreeOnRecord(store, record);
    const worked = await workThrough(store, { request, executor, lock, run });
    if (shard === undefined)
      return { worked, ...(await finishRun(store, { experiment: request.experiment, tables, run })) };
    const { entries } = await readIndex(store, run);
    const own = [...entries.values()].filter(({ at }) => isOfShard(at, shard));
    const failed = own.filter((entry) => entry.failed).length;
    return { worked, done: own.length - failed, failed, summary: undefined, files: [logName(shard)] };
  });
}

/** Does `work` under the lock of the run or of a shard. */
export async function withLock<Result>(
  store: Store,
  shard: Shard | undefined,
  work: (lock: StoreLock) => Promise<Result>,
): Promise<Result> {
  const lock = await store.lock(lockOf(shard));
  let result: Result;
  try {
    result = await work(lock);
  } catch (error) {
    // The first failure is the one to tell of; a lock that stays is found to be abandoned.
    await lock.release().catch(() => undefined);
    throw error;
  }
  await lock.release();
  return result;
}

/** Brings the log of this process to its end; how many items that took. */
async function workThrough<Item extends { readonly id: string }, Row, Summary>(
  store: Store,
  {
    request,
    executor,
    lock,
    run,
  }: {
    readonly request: RunRequest<Item, Row, Summary>;
    readonly executor: Executor<Item, Row>;
    readonly lock: StoreLock;
    readonly run: string;
  },
): Promise<number> {
  const { shard, strict = false, signal, total, onProgress = () => undefined } = request;
  const index = await readIndex(store, run);
  const name = logName(shard);
  const log = new RowLog(await store.openToAppend(name, index.lengths.get(name) ?? 0), run, () => lock.check());
  try {
    const progress = countProgress({
      ...countsOf(index, request),
      total: total === undefined ? undefined : sizeOfShard(total, shard),
      report: onProgress,
    });
    const places = new Map<string, number>();
    let worked = 0;
    let stopped: UnderstoryError | undefined;
    const items = until(() => stopped !== undefined, remaining(request, index, places));
    for await (const outcome of executor.execute(items)) {
      if ('error' in outcome && environmentFailure(outcome.error) !== undefined) {
        stopped ??= experimentErrors.stopped({ item: outcome.item.id, cause: outcome.error });
        continue;
      }
      const line = lineOf(outcome, places.get(outcome.item.id)!);
      if ('error' in line && strict) {
        await log.drain();
        throw experimentErrors.itemFailed({
          item: outcome.item.id,
          cause: 'error' in outcome ? outcome.error : line.error,
        });
      }
      await log.append(line);
      worked += 1;
      progress.count('error' in line ? 'failed' : 'done');
    }
    if (stopped !== undefined) {
      await log.drain();
      throw stopped;
    }
    signal?.throwIfAborted();
    if (index.items !== places.size) await log.append({ items: places.size });
    await log.drain();
    return worked;
  } finally {
    await log.close();
  }
}

function lineOf<Item extends { readonly id: string }, Row>(
  outcome: Outcome<Item, Row>,
  at: number,
): Exclude<LogLine, { items: number }> {
  const item = outcome.item.id;
  try {
    if ('error' in outcome) throw outcome.error;
    return { item, at, rows: storableRows(outcome.rows) };
  } catch (error) {
    return { item, at, error: failureOf(error) };
  }
}

/** The items of a stream until nobody wants more of them. */
async function* until<Item>(isOver: () => boolean, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    if (isOver()) return;
    yield item;
  }
}

/** The items that this process has to work on; fills `places` with the place of every item as it passes. */
async function* remaining<Item extends { readonly id: string }, Row, Summary>(
  { items, shard, strict = false, retryFailed = false }: RunRequest<Item, Row, Summary>,
  { entries }: RunIndex,
  places: Map<string, number>,
): AsyncGenerator<Item> {
  const recorded = new Map([...entries.values()].map((entry) => [entry.at, entry.item]));
  let at = -1;
  for await (const item of items) {
    at += 1;
    const first = places.get(item.id);
    if (first !== undefined) throw experimentErrors.itemRepeated({ item: item.id, first, second: at });
    places.set(item.id, at);
    const before = recorded.get(at);
    if (before !== undefined && before !== item.id) {
      throw experimentErrors.itemsChanged({ place: at, before: `"${before}"`, now: `"${item.id}"` });
    }
    const entry = entries.get(item.id);
    if (entry !== undefined && entry.at !== at) {
      throw experimentErrors.itemsChanged({ place: at, before: `another than "${item.id}"`, now: `"${item.id}"` });
    }
    if (!isOfShard(at, shard) || entry?.failed === false) continue;
    if (entry === undefined || retryFailed) yield item;
    else if (strict) throw experimentErrors.itemFailed({ item: item.id, cause: new Error('it is recorded as failed') });
  }
  const gone = [...entries.values()].find((entry) => !places.has(entry.item));
  if (gone !== undefined) {
    throw experimentErrors.itemsChanged({ place: gone.at, before: `"${gone.item}"`, now: 'missing' });
  }
}

function countsOf(
  { entries }: RunIndex,
  { shard, retryFailed = false }: { readonly shard?: Shard; readonly retryFailed?: boolean },
): { readonly done: number; readonly failed: number } {
  const own = [...entries.values()].filter(({ at }) => isOfShard(at, shard));
  const failed = own.filter((entry) => entry.failed).length;
  return { done: own.length - failed, failed: retryFailed ? 0 : failed };
}
