import { readFileSync } from 'node:fs';
import type { EvaluationRow } from '../../src/index.ts';

const file = new URL('../../../../fixtures/evaluation-rows.jsonl', import.meta.url);
const lines = readFileSync(file, 'utf8').trim().split('\n');
const [plain, ...rows] = lines.map((line) => JSON.parse(line) as EvaluationRow);

export function row(over: Partial<EvaluationRow> = {}): EvaluationRow {
  return { ...plain!, ...over };
}

/** Forty images on which `cam` lies a fifth below random order, give or take what its place in the list says. */
export function runRows(): EvaluationRow[] {
  return rows.map((each) => ({ ...each }));
}
