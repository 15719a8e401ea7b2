import { elementCount, errors, largestOf, type Expression } from '@understory/core';
import type { Dense } from './chain-steps.ts';

/** An expression that is computed from other values. */
export type Operation = Exclude<Expression, { readonly kind: 'input' | 'tensor' | 'objective' | 'gradient' }>;

export interface Computed extends Dense {
  /** The gradient with respect to each operand of a number whose gradient with respect to the result is given. */
  backward(gradient: Float64Array): readonly (Float64Array | undefined)[];
}

/** What an expression makes of its operands, and its derivative, written out plainly; where operands tie they share it evenly. */
export function computeExpression(one: Operation, operands: readonly Dense[]): Computed {
  const [x, y] = operands as [Dense, Dense];
  switch (one.kind) {
    case 'constant': {
      const { dims, data } = typeof one.value === 'number' ? { dims: [], data: [Math.fround(one.value)] } : one.value;
      return { dims, data: Float64Array.from(data), backward: () => [] };
    }
    case 'unary': {
      const { value, slope } = unaries[one.operator];
      return elementwise(
        operands,
        ([of]) => value(of!),
        ([of]) => [slope(of!)],
      );
    }
    case 'binary': {
      const { value, slopes } = binaries[one.operator];
      return elementwise(
        operands,
        ([left, right]) => value(left!, right!),
        ([left, right]) => slopes(left!, right!),
      );
    }
    case 'matrixProduct':
      return matrixProduct(x, y);
    case 'whereGreater':
      return elementwise(
        operands,
        ([left, right, then, otherwise]) => (left! > right! ? then! : otherwise!),
        ([left, right]) => (left! > right! ? [0, 0, 1, 0] : [0, 0, 0, 1]),
      );
    case 'reduce':
      return reduced(x, one.operator, one.axes);
    case 'softmax':
    case 'logSoftmax':
      return softmax(x, one.kind === 'logSoftmax');
    case 'sortDescending':
      return sorted(x, one.count ?? x.dims.at(-1)!);
    case 'cumulativeSum':
      return cumulated(x);
    case 'pick': {
      const classes = x.dims[1]!;
      const sources = Array.from(y.data, (index, sample) => sample * classes + placeIn(index, classes));
      return rearranged(x, [x.dims[0]!, 1], sources);
    }
    case 'addAt': {
      const classes = x.dims[1]!;
      const data = x.data.slice();
      y.data.forEach((index, sample) => (data[sample * classes + placeIn(index, classes)]! += Math.fround(one.by)));
      return { dims: x.dims, data, backward: (gradient) => [gradient, undefined] };
    }
    case 'reshape': {
      const [batch = 1] = x.dims;
      const known = one.dims.reduce((count, dim) => (dim === -1 ? count : count * dim), batch);
      const dims = [batch, ...one.dims.map((dim) => (dim === -1 ? x.data.length / known : dim))];
      if (elementCount(dims) !== x.data.length) throw shapes(x.dims, dims);
      return { dims, data: x.data, backward: (gradient) => [gradient] };
    }
    case 'transpose': {
      const strides = stridesOf(x.dims);
      const dims = one.order.map((axis) => x.dims[axis]!);
      return rearranged(
        x,
        dims,
        placesIn(
          dims,
          one.order.map((axis) => strides[axis]!),
        ),
      );
    }
    case 'take': {
      const axis = counted(one.axis, x.dims.length);
      const dims = x.dims.with(axis, one.indices.length);
      const inner = elementCount(x.dims.slice(axis + 1));
      const size = x.dims[axis]!;
      const sources = Array.from({ length: elementCount(dims) }, (_, at) => {
        const entry = one.indices[Math.floor(at / inner) % one.indices.length]!;
        const outer = Math.floor(at / (inner * one.indices.length));
        return (outer * size + placeIn(entry < 0 ? entry + size : entry, size)) * inner + (at % inner);
      });
      return rearranged(x, dims, sources);
    }
  }
}

const unaries = {
  negate: { value: (x: number) => -x, slope: () => -1 },
  absolute: { value: Math.abs, slope: Math.sign },
  sign: { value: Math.sign, slope: () => 0 },
  squareRoot: { value: Math.sqrt, slope: (x: number) => 0.5 / Math.sqrt(x) },
  exponential: { value: Math.exp, slope: Math.exp },
  logarithm: { value: Math.log, slope: (x: number) => 1 / x },
} as const;

const wins = (ahead: boolean, ties: boolean): number => (ties ? 0.5 : ahead ? 1 : 0);

const binaries = {
  add: { value: (a: number, b: number) => a + b, slopes: () => [1, 1] },
  subtract: { value: (a: number, b: number) => a - b, slopes: () => [1, -1] },
  multiply: { value: (a: number, b: number) => a * b, slopes: (a: number, b: number) => [b, a] },
  divide: { value: (a: number, b: number) => a / b, slopes: (a: number, b: number) => [1 / b, -a / (b * b)] },
  minimum: { value: Math.min, slopes: (a: number, b: number) => [wins(a < b, a === b), wins(b < a, a === b)] },
  maximum: { value: Math.max, slopes: (a: number, b: number) => [wins(a > b, a === b), wins(b > a, a === b)] },
} as const;

/** One number from one of each operand, which broadcast. */
function elementwise(
  operands: readonly Dense[],
  value: (of: readonly number[]) => number,
  slopes: (of: readonly number[]) => readonly number[],
): Computed {
  const dims = operands.map((operand) => operand.dims).reduce(broadcast);
  const places = operands.map((operand) => {
    const lead = dims.length - operand.dims.length;
    const strides = stridesOf(operand.dims);
    return placesIn(
      dims,
      dims.map((_, axis) => ((operand.dims[axis - lead] ?? 1) === 1 ? 0 : strides[axis - lead]!)),
    );
  });
  const at = (place: number) => operands.map(({ data }, index) => data[places[index]![place]!]!);
  const data = Float64Array.from({ length: elementCount(dims) }, (_, place) => value(at(place)));
  return {
    dims,
    data,
    backward(gradient) {
      const results = operands.map((operand) => new Float64Array(operand.data.length));
      gradient.forEach((incoming, place) =>
        slopes(at(place)).forEach((slope, index) => {
          // An infinite slope behind which nothing is asked must not become NaN.
          if (slope !== 0 && incoming !== 0) results[index]![places[index]![place]!]! += slope * incoming;
        }),
      );
      return results;
    },
  };
}

/** Every product of elements, summed over the axis that both matrices share. */
function matrixProduct(x: Dense, y: Dense): Computed {
  const left = { data: x.data, dims: [...x.dims, 1] };
  const right = { data: y.data, dims: [...y.dims.slice(0, -2), 1, ...y.dims.slice(-2)] };
  const products = elementwise(
    [left, right],
    ([a, b]) => a! * b!,
    ([a, b]) => [b!, a!],
  );
  const sums = reduced(products, 'sum', [-2]);
  return {
    dims: sums.dims.toSpliced(-2, 1),
    data: sums.data,
    backward: (gradient) => products.backward(sums.backward(gradient)[0]!),
  };
}

/** A result whose every element is an element of `x`. */
function rearranged(x: Dense, dims: readonly number[], sources: ArrayLike<number>): Computed {
  return {
    dims,
    data: Float64Array.from(sources, (source) => x.data[source]!),
    backward(gradient) {
      const result = new Float64Array(x.data.length);
      gradient.forEach((incoming, at) => (result[sources[at]!]! += incoming));
      return [result, undefined];
    },
  };
}

function reduced(x: Dense, operator: 'sum' | 'maximum' | 'minimum', axes: readonly number[]): Computed {
  const gone = new Set(axes.map((axis) => counted(axis, x.dims.length)));
  const dims = x.dims.map((dim, axis) => (gone.has(axis) ? 1 : dim));
  const strides = stridesOf(dims);
  const targets = placesIn(
    x.dims,
    strides.map((stride, axis) => (gone.has(axis) ? 0 : stride)),
  );
  const start = { sum: 0, maximum: -Infinity, minimum: Infinity }[operator];
  const combine = { sum: binaries.add.value, maximum: Math.max, minimum: Math.min }[operator];
  const data = new Float64Array(elementCount(dims)).fill(start);
  x.data.forEach((value, at) => (data[targets[at]!] = combine(data[targets[at]!]!, value)));
  return {
    dims,
    data,
    backward(gradient) {
      const attains = x.data.map((value, at) => (operator === 'sum' || value === data[targets[at]!] ? 1 : 0));
      const ties = new Float64Array(data.length);
      attains.forEach((share, at) => (ties[targets[at]!]! += operator === 'sum' ? 0 : share));
      return [attains.map((share, at) => (share * gradient[targets[at]!]!) / (ties[targets[at]!]! || 1))];
    },
  };
}

function softmax(x: Dense, isLogarithm: boolean): Computed {
  const [batch = 0, size = 0, ...rest] = x.dims;
  const inner = elementCount(rest);
  const probabilities = new Float64Array(x.data.length);
  const data = new Float64Array(x.data.length);
  const rows = Array.from({ length: batch * inner }, (_, row) => {
    const first = Math.floor(row / inner) * size * inner + (row % inner);
    return Array.from({ length: size }, (__, at) => first + at * inner);
  });
  for (const row of rows) {
    const largest = largestOf(row.map((at) => x.data[at]!));
    const total = row.reduce((sum, at) => sum + Math.exp(x.data[at]! - largest), 0);
    for (const at of row) {
      probabilities[at] = Math.exp(x.data[at]! - largest) / total;
      data[at] = isLogarithm ? x.data[at]! - largest - Math.log(total) : probabilities[at]!;
    }
  }
  return {
    dims: x.dims,
    data,
    backward(gradient) {
      const result = new Float64Array(data.length);
      for (const row of rows) {
        const mean = row.reduce((sum, at) => sum + gradient[at]! * (isLogarithm ? 1 : probabilities[at]!), 0);
        for (const at of row) {
          const share = probabilities[at]!;
          result[at] = isLogarithm ? gradient[at]! - share * mean : share * (gradient[at]! - mean);
        }
      }
      return [result];
    },
  };
}

function sorted(x: Dense, count: number): Computed {
  const size = x.dims.at(-1)!;
  if (count > size) {
    throw errors.programInvalid({ found: `the first ${count} of ${size}`, expected: `at most ${size}` });
  }
  const sources = Array.from({ length: x.data.length / size }, (_, row) =>
    Array.from({ length: size }, (__, at) => row * size + at)
      .sort((one, other) => x.data[other]! - x.data[one]!)
      .slice(0, count),
  );
  return rearranged(x, x.dims.with(-1, count), sources.flat());
}

function cumulated(x: Dense): Computed {
  const size = x.dims.at(-1)!;
  const data = x.data.slice();
  data.forEach((_, at) => at % size > 0 && (data[at]! += data[at - 1]!));
  return {
    dims: x.dims,
    data,
    backward(gradient) {
      const result = gradient.slice();
      for (let at = result.length - 2; at >= 0; at -= 1) if ((at + 1) % size > 0) result[at]! += result[at + 1]!;
      return [result];
    },
  };
}

function broadcast(one: readonly number[], other: readonly number[]): readonly number[] {
  const rank = Math.max(one.length, other.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = one[axis - rank + one.length] ?? 1;
    const right = other[axis - rank + other.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) throw shapes(one, other);
    return left === 1 ? right : left;
  });
}

function shapes(one: readonly number[], other: readonly number[]): Error {
  return errors.programInvalid({
    found: `[${one.join(', ')}] beside [${other.join(', ')}]`,
    expected: 'dimensions that fit',
  });
}

function stridesOf(dims: readonly number[]): readonly number[] {
  return dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
}

/** For each element of a tensor, in row-major order, its place by other strides. */
function placesIn(dims: readonly number[], strides: readonly number[]): Int32Array {
  const own = stridesOf(dims);
  return Int32Array.from({ length: elementCount(dims) }, (_, at) =>
    dims.reduce((place, dim, axis) => place + (Math.floor(at / own[axis]!) % dim) * strides[axis]!, 0),
  );
}

function counted(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

function placeIn(index: number, size: number): number {
  if (index >= 0 && index < size) return index;
  throw errors.classOutOfRange({ index, classCount: size });
}
