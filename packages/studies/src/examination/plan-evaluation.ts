import type { EvaluationPlan, PlacedMetric } from '../evaluation/evaluation-experiment.ts';
import type { LabelIndex } from '../environment.ts';
import type { Setup } from '../setup/setup.ts';
import type { ExaminerSpec } from './examiner.ts';

export function evaluationPlan(
  { seed }: ExaminerSpec,
  { subject, explainers, preprocessing }: Setup,
  metrics: readonly PlacedMetric[],
  signal: AbortSignal,
): EvaluationPlan {
  return {
    ...{ subject, explainers, metrics, seed, signal, labels: noLabels, onlyCorrect: false },
    target: { kind: 'predicted' },
    preprocessing: preprocessing.preprocessing,
  };
}

export const noLabels: LabelIndex = { indexOf: () => undefined, unmapped: [] };
