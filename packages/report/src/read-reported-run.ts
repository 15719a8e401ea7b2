import type { Store } from '@understory/core';
import { readRun, tableDamage } from '@understory/experiments';
import type { FailedItem } from '@understory/studies';
import type { ReportedRun } from './reported-run.ts';

/** A run of any kind out of its store, called `name` in errors, without its damaged lines and with the tables that are missing or damaged named; throws what reading a run throws. */
export async function readReportedRun(store: Store, name: string): Promise<ReportedRun<unknown>> {
  const run = await readRun(store, { leaveOutDamaged: true });
  const failed: FailedItem[] = [];
  for await (const failure of run.failures()) failed.push(failure);
  const { record, done, complete: isComplete, missing, damage } = run;
  // With no line left nothing is known to belong to the record.
  if (damage[0] !== undefined && done + failed.length === 0) throw damage[0];
  const problems = [...damage, ...(await tableDamage(store))];
  return { store, name, record, rows: run.rows(), done, failed, isComplete, missing, damage: problems };
}
