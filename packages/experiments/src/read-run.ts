import type { Store, UnderstoryError } from '@understory/core';
import type { Failure } from './errors.ts';
import { rowsInOrder } from './finish-run.ts';
import { whatIsMissing } from './merge-shards.ts';
import { linesInOrder, readIndex } from './run-index.ts';
import { fingerprintOf, readRecord, type RunRecord } from './run-record.ts';

/** A run folder as it stands; while the run goes on it is a part of what will be. */
export interface StoredRun<Row> {
  readonly record: RunRecord;
  /** Whether every item has a result. */
  readonly complete: boolean;
  /** Items with rows. */
  readonly done: number;
  readonly failed: number;
  /** Each damaged line of the logs, which is left out; none unless they are to be left out. */
  readonly damage: readonly UnderstoryError[];
  /** Which items have no result, in words; undefined where every one has. */
  readonly missing: string | undefined;
  /** In the order of the data set, as often as asked for. */
  rows(): AsyncIterable<Row>;
  failures(): AsyncIterable<Failure & { readonly item: string }>;
}

export interface ReadRunOptions {
  /** Leaves damaged lines out and lists them instead of throwing at the first. */
  readonly leaveOutDamaged?: boolean;
}

/**
 * Opens a run folder to read it; takes no lock and changes nothing.
 * Throws RUN_NOT_FOUND, RUN_RECORD_DAMAGED, RUN_FORMAT_OLD and RUN_LOG_DAMAGED.
 */
export async function readRun<Row>(
  store: Store,
  { leaveOutDamaged = false }: ReadRunOptions = {},
): Promise<StoredRun<Row>> {
  const record = await readRecord(store);
  const damage: UnderstoryError[] = [];
  const index = await readIndex(
    store,
    fingerprintOf(record),
    ...(leaveOutDamaged ? [(error: UnderstoryError) => void damage.push(error)] : []),
  );
  const missing = whatIsMissing(index);
  const failed = [...index.entries.values()].filter((entry) => entry.failed).length;
  return {
    record,
    complete: missing === undefined,
    done: index.entries.size - failed,
    failed,
    damage,
    missing,
    rows: () => rowsInOrder<Row>(store, index),
    async *failures() {
      for await (const line of linesInOrder(store, index))
        if ('error' in line) yield { item: line.item, ...line.error };
    },
  };
}
