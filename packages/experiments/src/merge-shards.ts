import type { Experiment } from '@understory/core';
import { experimentErrors } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { checkTables, finishRun, rowsTable, type FinishedRun } from './finish-run.ts';
import { withLock } from './run-experiment.ts';
import { RunFolder } from './run-folder.ts';
import { readIndex, type RunIndex } from './run-index.ts';
import { fingerprintOf, readRecord } from './run-record.ts';
import type { Table } from './table.ts';

export interface MergeRequest<Row, Summary> {
  readonly folder: string;
  readonly experiment: Pick<Experiment<never, Row, Summary>, 'summarise'>;
  /** As in the runs of the shards. */
  readonly tables?: readonly Table<Row>[];
  readonly fileSystem?: FileSystem;
}

/**
 * Ends a run whose shards are through: the tables and the summary are those of one process.
 * Throws RUN_LOCKED while a shard still runs, RUN_INCOMPLETE, RUN_NOT_FOUND and what `runExperiment` throws about the folder.
 */
export async function mergeShards<Row, Summary>(request: MergeRequest<Row, Summary>): Promise<FinishedRun<Summary>> {
  const { experiment, tables = [rowsTable<Row>()], fileSystem } = request;
  checkTables(tables);
  const folder = new RunFolder(request.folder, fileSystem);
  const run = fingerprintOf(await readRecord(folder));
  return withLock(folder, undefined, async () => {
    const found = whatIsMissing(await readIndex(folder, run));
    if (found !== undefined) throw experimentErrors.incomplete({ folder: folder.path, found });
    return finishRun(folder, { experiment, tables, run });
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
