import {
  elementCount,
  errors,
  expression,
  float32,
  objectiveOf,
  shortestLength,
  similarityVectors,
} from '@understory/core';
import type { Expression, Reading, Similarity, Tensor, Tensors, TensorSpec } from '@understory/core';
import { indices } from '../rows.ts';

/** The number of each sample as an expression, with what has to be fed for it: which element, which weights, which vector. */
interface ReadingValue {
  /** `[N, 1]`. */
  readonly value: Expression;
  readonly inputs: readonly TensorSpec[];
}

/** The outputs and layers that a reading is of, each once. */
export function tensorsOf(reading: Reading): readonly string[] {
  return reading.kind === 'sum' ? [...new Set(reading.terms.flatMap(({ of }) => tensorsOf(of)))] : [reading.output];
}

/** The program of one form of readings; what distinguishes readings of that form is fed under `name` and names that begin with it. */
export function readingValue(reading: Reading, name = 'target'): ReadingValue {
  if (reading.kind === 'sum') {
    const terms = reading.terms.map(({ weight, of }, at) => ({ weight, ...readingValue(of, `${name}.${at}`) }));
    const weighted = terms.map(({ weight, value }) => expression.multiply(value, weight));
    return {
      value: weighted.reduce((sum, term) => expression.add(sum, term)),
      inputs: terms.flatMap(({ inputs }) => inputs),
    };
  }
  const values = expression.reshape(expression.tensor(reading.output), [-1]);
  const fed = expression.input(name);
  if (reading.kind === 'element') {
    return { value: expression.pick(values, fed), inputs: [{ name, type: 'int64', dims: ['N'] }] };
  }
  const size = reading.kind === 'weights' ? reading.weights.data.length : reading.to.length;
  const product = expression.sum(expression.multiply(values, fed), [1]);
  return {
    value: reading.kind === 'weights' ? product : expression.divide(product, lengthOf(values)),
    inputs: [{ name, type: 'float32', dims: ['N', size] }],
  };
}

/** What a program of these readings is fed, one a sample; `dims` are those of the outputs without the batch. Throws TARGET_INVALID and SIMILARITY_INVALID. */
export function readingInputs(
  readings: readonly Reading[],
  dims: Readonly<Record<string, readonly number[]>>,
  name = 'target',
): Tensors {
  const [first] = readings;
  switch (first!.kind) {
    case 'sum': {
      const sums = readings as readonly Extract<Reading, { readonly kind: 'sum' }>[];
      const terms = first!.terms.map((_, at) =>
        readingInputs(
          sums.map((sum) => sum.terms[at]!.of),
          dims,
          `${name}.${at}`,
        ),
      );
      return Object.assign({}, ...terms) as Tensors;
    }
    case 'element': {
      const elements = readings as readonly Extract<Reading, { readonly kind: 'element' }>[];
      return { [name]: indices(elements.map((element) => offsetOf(element, dims[element.output]!))) };
    }
    case 'weights': {
      const all = readings as readonly Extract<Reading, { readonly kind: 'weights' }>[];
      return {
        [name]: rowsOf(
          all.map(({ output, weights }) => ({ output, row: weights.data })),
          dims,
        ),
      };
    }
    case 'similarity': {
      const objective = objectiveOf(readings.map((reading) => ({ reading }))) as Similarity;
      return { [name]: similarityVectors(objective, dims[objective.output]) };
    }
  }
}

/** Of `[N, D]`, `[N, 1]`. */
function lengthOf(values: Expression): Expression {
  // Cut before the root, whose slope at zero is infinite.
  const square = expression.sum(expression.multiply(values, values), [1]);
  return expression.squareRoot(expression.maximum(square, shortestLength ** 2));
}

function offsetOf({ output, index }: Extract<Reading, { readonly kind: 'element' }>, dims: readonly number[]): number {
  const fits = index.length === dims.length && index.every((place, axis) => place >= 0 && place < dims[axis]!);
  if (!fits) {
    throw errors.targetInvalid({
      found: `the element [${index.join(', ')}] of "${output}"`,
      expected: `places in [${dims.join(', ')}], the batch left out`,
      next: 'Name an element that the output has for a picture of this size.',
    });
  }
  return index.reduce((offset, place, axis) => offset * dims[axis]! + place, 0);
}

/** Rows as long as a sample of their output, as `[N, size]`. */
function rowsOf(
  rows: readonly { readonly output: string; readonly row: Float32Array }[],
  dims: Readonly<Record<string, readonly number[]>>,
): Tensor<'float32'> {
  const [{ output, row: first }] = rows as [(typeof rows)[0]];
  const size = elementCount(dims[output]!);
  if (first.length !== size) {
    throw errors.targetInvalid({
      found: `${first.length} numbers for "${output}", which is [${dims[output]!.join(', ')}] without the batch`,
      expected: `${size}`,
      next: 'Make the target for pictures of this size.',
    });
  }
  const data = new Float32Array(rows.length * size);
  rows.forEach(({ row }, at) => data.set(row, at * size));
  return float32(data, [rows.length, size]);
}
