import { readRun } from '@understory/experiments';
import type { EvaluationRecord, EvaluationRow, EvaluationRun, FailedItem } from '@understory/report';
import { cliErrors } from './errors.ts';

/** An evaluation out of its folder, called `name` in errors; throws NOT_AN_EVALUATION and what reading a run throws. */
export async function readEvaluation(folder: string, name: string): Promise<EvaluationRun> {
  const run = await readRun<EvaluationRow>(folder);
  const { record } = run;
  if (!isEvaluation(record)) throw cliErrors.notAnEvaluation({ folder: name, found: 'a run of something else' });
  const failed: FailedItem[] = [];
  for await (const failure of run.failures()) failed.push(failure);
  return { folder, record, rows: run.rows(), failed, isComplete: run.complete };
}

function isEvaluation(record: object): record is EvaluationRecord {
  const { parameters } = record as { parameters?: { metrics?: unknown; explainers?: unknown } };
  return Array.isArray(parameters?.metrics) && Array.isArray(parameters.explainers);
}
