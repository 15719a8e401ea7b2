import { objectiveValues, toFloat32 } from '@understory/core';
import type { Objective, Tensors } from '@understory/core';

/**
 * The probability of the class of each sample where an objective is a class score or a cross-entropy, else the objective itself.
 * Scores `[N, classes]` that are probabilities already are not put through a softmax again.
 */
export function probabilities(objective: Objective, outputs: Tensors): Float64Array {
  const values = objectiveValues(objective, outputs);
  if (objective.kind === 'crossEntropy') return values.map((value) => Math.exp(-value));
  if (objective.kind !== 'score') return values;
  const scores = outputs[objective.output]!;
  const [batch = 0, , ...places] = scores.dims;
  if (scores.dims.length < 2 || places.some((size) => size !== 1)) return values;
  const every = toFloat32(scores);
  const classes = every.length / batch;
  const rows = Array.from({ length: batch }, (_, sample) => every.subarray(sample * classes, (sample + 1) * classes));
  if (rows.every(isDistribution)) return values;
  return values.map((value, sample) => {
    const row = rows[sample]!;
    const total = row.reduce((sum, score) => sum + Math.exp(score - value), 0);
    return 1 / total;
  });
}

function isDistribution(row: Float32Array): boolean {
  return row.every((value) => value >= 0) && Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= 1e-3;
}
