import { elementCount, errors, toFloat32 } from '@understory/core';
import type { Objective } from '@understory/core';
import { camErrors } from './errors.ts';
import { alternatives } from './linear-head.ts';

/** Throws CAM_NOT_APPLICABLE where an objective is not a weighted sum of what it reads. */
export function checkLinear(objective: Objective): void {
  if (objective.kind === 'sum') for (const term of objective.terms) checkLinear(term.of);
  if (objective.kind !== 'crossEntropy' && objective.kind !== 'similarity') return;
  const what = objective.kind === 'similarity' ? 'similarity' : 'cross-entropy';
  const reason = `a ${what} is explained, which is no weighted sum of scores`;
  throw camErrors.camNotApplicable({ reason, alternatives });
}

/**
 * The weights that a linear objective gives the elements of `output` for one sample, in row-major order.
 * `dims` are the output's without the batch. Throws CLASS_OUT_OF_RANGE.
 */
export function outputWeights(
  objective: Objective,
  output: string,
  dims: readonly number[],
  sample: number,
): Float64Array {
  const weights = new Float64Array(elementCount(dims));
  const add = (part: Objective, factor: number): void => {
    if (part.kind === 'sum') for (const { weight, of } of part.terms) add(of, factor * weight);
    if (part.kind === 'score' && part.output === output) weights[offsetOf(part.index[sample]!, dims)]! += factor;
    const cotangent = part.kind === 'cotangent' ? part.cotangents[output] : undefined;
    if (cotangent === undefined) return;
    const start = sample * weights.length;
    toFloat32(cotangent)
      .subarray(start, start + weights.length)
      .forEach((value, place) => (weights[place]! += factor * value));
  };
  add(objective, 1);
  return weights;
}

function offsetOf(index: readonly number[], dims: readonly number[]): number {
  if (index.length !== dims.length) {
    throw new RangeError(`an index of ${index.length} numbers into samples of ${dims.length} dimensions`);
  }
  return index.reduce((offset, place, axis) => {
    const size = dims[axis]!;
    if (!Number.isInteger(place) || place < 0 || place >= size) {
      throw errors.classOutOfRange({ index: place, classCount: size });
    }
    return offset * size + place;
  }, 0);
}
