import { batchOf } from './contracts/model.ts';
import type { Objective } from './contracts/objective.ts';
import { errors } from './errors/index.ts';
import { shortestLength, similarityVectors } from './similarity-vectors.ts';
import { elementCount } from './tensor/tensor.ts';
import type { Tensor, Tensors } from './tensor/tensor.ts';
import { toFloat32 } from './tensor/to-float32.ts';

/**
 * The objective of each sample, given the outputs and layers that it reads; what `differentiate` calls `value`, without gradients.
 * Throws TARGET_COUNT, CLASS_OUT_OF_RANGE or SIMILARITY_INVALID where it does not fit them.
 */
export function objectiveValues(objective: Objective, outputs: Tensors): Float64Array {
  switch (objective.kind) {
    case 'score': {
      const { dims, row } = rowsOf(outputs, objective.output, objective.index.length);
      return Float64Array.from(objective.index, (index, sample) => row(sample)[offsetOf(index, dims)]!);
    }
    case 'crossEntropy': {
      const { dims, row } = rowsOf(outputs, objective.output, objective.target.length);
      return Float64Array.from(objective.target, (target, sample) => {
        const logits = row(sample);
        const largest = logits.reduce((left, right) => Math.max(left, right), -Infinity);
        const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
        return largest + Math.log(total) - logits[offsetOf([target], dims)]!;
      });
    }
    case 'similarity': {
      const { dims, row } = rowsOf(outputs, objective.output, objective.to.dims[0] ?? 0);
      const { data } = similarityVectors(objective, dims);
      return Float64Array.from({ length: objective.to.dims[0] ?? 0 }, (_, sample) => {
        const values = row(sample);
        const product = values.reduce((sum, value, at) => sum + value * data[sample * values.length + at]!, 0);
        return product / Math.max(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)), shortestLength);
      });
    }
    case 'sum': {
      const terms = objective.terms.map(({ weight, of }) => ({ weight, values: objectiveValues(of, outputs) }));
      return Float64Array.from({ length: terms[0]?.values.length ?? 0 }, (_, sample) =>
        terms.reduce((sum, { weight, values }) => sum + weight * values[sample]!, 0),
      );
    }
    case 'cotangent': {
      const terms = Object.entries(objective.cotangents).map(([name, cotangent]) => {
        const factors = toFloat32(cotangent);
        const { row } = rowsOf(outputs, name, cotangent.dims[0] ?? 0);
        return Float64Array.from({ length: cotangent.dims[0] ?? 0 }, (_, sample) => {
          const values = row(sample);
          return values.reduce((sum, value, at) => sum + value * factors[sample * values.length + at]!, 0);
        });
      });
      return Float64Array.from({ length: terms[0]?.length ?? 0 }, (_, sample) =>
        terms.reduce((sum, values) => sum + values[sample]!, 0),
      );
    }
  }
}

interface Rows {
  /** Without the batch. */
  readonly dims: readonly number[];
  readonly row: (sample: number) => Float32Array;
}

function rowsOf(outputs: Tensors, name: string, targets: number): Rows {
  const tensor: Tensor | undefined = outputs[name];
  if (tensor === undefined) throw new Error(`the backend did not hand back "${name}"`);
  const batch = batchOf({ [name]: tensor });
  if (batch !== targets) throw errors.targetCount({ targets, batch });
  const [, ...dims] = tensor.dims;
  const size = elementCount(dims);
  const values = toFloat32(tensor);
  return { dims, row: (sample) => values.subarray(sample * size, (sample + 1) * size) };
}

function offsetOf(index: readonly number[], dims: readonly number[]): number {
  if (index.length !== dims.length) {
    throw new RangeError(`an index of ${index.length} numbers into a sample of rank ${dims.length}`);
  }
  return index.reduce((offset, place, axis) => {
    const size = dims[axis]!;
    if (!Number.isInteger(place) || place < 0 || place >= size) {
      throw errors.classOutOfRange({ index: place, classCount: size });
    }
    return offset * size + place;
  }, 0);
}
