import { readRun } from '@understory/experiments';
import type { FailedItem, ReportedRun } from '@understory/report';

/** A run of any kind out of its folder, called `name` in errors; throws what reading a run throws. */
export async function readRunFolder(folder: string, name: string): Promise<ReportedRun<unknown>> {
  const run = await readRun(folder);
  const failed: FailedItem[] = [];
  for await (const failure of run.failures()) failed.push(failure);
  return { folder, name, record: run.record, rows: run.rows(), done: run.done, failed, isComplete: run.complete };
}
