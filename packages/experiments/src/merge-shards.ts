import type { Experiment, Store } from '@understory/core';
import { experimentErrors } from './errors.ts';
import { checkTables, finishRun, rowsTable, type FinishedRun } from './finish-run.ts';
import { withLock } from './run-experiment.ts';
import { readIndex, type RunIndex } from './run-index.ts';
import { fingerprintOf, readRecord } from './run-record.ts';
import type { Table } from './table.ts';

export interface MergeRequest<Row, Summary> {
  /** That of the shards' runs. */
  readonly store: Store;
  readonly experiment: Pick<Experiment<never, Row, Summary>, 'summarise'>;
  /** As in the runs of the shards. */
  readonly tables?: readonly Table<Row>[];
}

/**
 * Ends a run whose shards are through: the tables and the summary are those of one process.
 * Throws RUN_LOCKED while a shard still runs, RUN_INCOMPLETE, RUN_NOT_FOUND and what `runExperiment` throws about the folder.
 */
export async function mergeShards<Row, Summary>({
  store,
  experiment,
  tables = [rowsTable<Row>()],
}: MergeRequest<Row, Summary>): Promise<FinishedRun<Summary>> {
  checkTables(tables);
  const run = fingerprintOf(await readRecord(store));
  return withLock(store, undefined, async () => {
    const found = whatIsMissing(await readIndex(store, run));
    if (found !== undefined) throw experimentErrors.incomplete({ folder: store.path, found });
    return finishRun(store, { experiment, tables, run });
  });
}

/** Undefined where every item has a result. */
export function whatIsMissing({ entries, items }: RunIndex): string | undefined {
  if (items === undefined) return `${entries.size} results, and no process that came to the end of the items`;
  const present = new Set([...entries.values()].map(({ at }) => at));
  const missing = Array.from({ length: items }, (_, at) => at).filter((at) => !present.has(at));
  if (missing.length === 0) return undefined;
  return `${missing.length} of ${items} items have no result, the first of them item ${missing[0]}, counted from 0`;
}
