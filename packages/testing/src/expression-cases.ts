import {
  elementCount,
  expression as e,
  float32,
  largestOf,
  seededRandom,
  smallestOf,
  tensor,
  type Expression,
  type Tensors,
  type TensorSpec,
} from '@understory/core';

/** One sample of the inputs of `expressionCases`. */
export interface ExpressionSample {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly row: readonly number[];
  readonly class: number;
}

/** An expression beside plain arithmetic that says what it is. */
export interface ExpressionCase {
  readonly name: string;
  readonly expression: Expression;
  /** Without the batch. */
  readonly dims: readonly number[];
  readonly expected: (sample: ExpressionSample) => readonly number[];
}

/** What the cases read: `a` and `b`, which is positive, of 2 by 3, a row of scores and a class. */
export const expressionInputs: readonly TensorSpec[] = [
  { name: 'a', type: 'float32', dims: ['N', 2, 3] },
  { name: 'b', type: 'float32', dims: ['N', 2, 3] },
  { name: 'row', type: 'float32', dims: ['N', 5] },
  { name: 'class', type: 'int64', dims: ['N'] },
];

/** Samples without ties and not near a kink, the same for each seed. */
export function expressionSamples(batch: number, seed = 1): readonly ExpressionSample[] {
  const random = seededRandom(seed);
  // Values lie in a grid whose cells are larger than what they are moved within them.
  const distinct = (count: number, low: number) =>
    random.permutation(count).map((place) => Math.fround(low + 0.4 * place + 0.1 * random.uniform()));
  return Array.from({ length: batch }, (_, at) => ({
    a: distinct(6, -0.95),
    b: distinct(6, 0.21),
    row: distinct(5, -1.1),
    class: (at * 2 + 1) % 5,
  }));
}

/** The same as tensors. */
export function expressionFeeds(samples: readonly ExpressionSample[]): Tensors {
  const all = (name: 'a' | 'b' | 'row', dims: readonly number[]) =>
    float32(Float32Array.from(samples.flatMap((sample) => sample[name])), [samples.length, ...dims]);
  const classes = BigInt64Array.from(samples, (sample) => BigInt(sample.class));
  return {
    a: all('a', [2, 3]),
    b: all('b', [2, 3]),
    row: all('row', [5]),
    class: tensor('int64', classes, [samples.length]),
  };
}

const a = e.input('a');
const b = e.input('b');
const row = e.input('row');
const index = e.input('class');
const column = e.constant(float32(Float32Array.of(2, -3), [2, 1]));
const shared = e.add(a, b);

const onA = (name: string, expression: Expression, of: (a: number, b: number) => number): ExpressionCase => ({
  name,
  expression,
  dims: [2, 3],
  expected: (sample) => sample.a.map((value, at) => of(value, sample.b[at]!)),
});

const rowsOf = ({ a: values }: ExpressionSample) => [values.slice(0, 3), values.slice(3)] as const;
const columnsOf = (sample: ExpressionSample) => [0, 1, 2].map((at) => rowsOf(sample).map((line) => line[at]!));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const shares = (values: readonly number[]) => values.map((value) => Math.exp(value) / sum(values.map(Math.exp)));
const descending = (values: readonly number[]) => values.toSorted((one, other) => other - one);

/** Every kind of expression, every operator. */
export const expressionCases: readonly ExpressionCase[] = [
  onA('an input', a, (x) => x),
  onA('a number', e.multiply(a, 3), (x) => 3 * x),
  {
    name: 'a constant tensor, which broadcasts',
    expression: e.multiply(a, column),
    dims: [2, 3],
    expected: (sample) => sample.a.map((value, at) => value * (at < 3 ? 2 : -3)),
  },
  onA('negate', e.negate(a), (x) => -x),
  onA('absolute', e.absolute(a), Math.abs),
  onA('sign', e.sign(a), Math.sign),
  onA('squareRoot', e.squareRoot(b), (_, y) => Math.sqrt(y)),
  onA('exponential', e.exponential(a), Math.exp),
  onA('logarithm', e.logarithm(b), (_, y) => Math.log(y)),
  onA('add', e.add(a, b), (x, y) => x + y),
  onA('subtract', e.subtract(1, a), (x) => 1 - x),
  onA('multiply', e.multiply(a, b), (x, y) => x * y),
  onA('divide', e.divide(a, b), (x, y) => x / y),
  onA('minimum', e.minimum(a, 0.12), (x) => Math.min(x, Math.fround(0.12))),
  onA('maximum', e.maximum(0.12, a), (x) => Math.max(x, Math.fround(0.12))),
  onA('whereGreater', e.whereGreater(a, 0.12, b, e.multiply(a, 2)), (x, y) => (x > 0.12 ? y : 2 * x)),
  onA('a value that is used twice', e.multiply(shared, shared), (x, y) => (x + y) ** 2),
  {
    name: 'sum over one axis',
    expression: e.sum(a, [1]),
    dims: [1, 3],
    expected: (sample) => columnsOf(sample).map(sum),
  },
  { name: 'sum over all', expression: e.sum(a, [1, 2]), dims: [1, 1], expected: (sample) => [sum(sample.a)] },
  { name: 'sum over none', expression: e.sum(a, []), dims: [2, 3], expected: (sample) => sample.a },
  {
    name: 'largest',
    expression: e.largest(a, [-1]),
    dims: [2, 1],
    expected: (sample) => rowsOf(sample).map((line) => largestOf(line)),
  },
  {
    name: 'smallest',
    expression: e.smallest(a, [1, 2]),
    dims: [1, 1],
    expected: (sample) => [smallestOf(sample.a)],
  },
  { name: 'softmax', expression: e.softmax(row), dims: [5], expected: (sample) => shares(sample.row) },
  {
    name: 'softmax over axis 1 of three',
    expression: e.softmax(a),
    dims: [2, 3],
    expected(sample) {
      const columns = columnsOf(sample).map(shares);
      return [0, 1].flatMap((line) => columns.map((of) => of[line]!));
    },
  },
  {
    name: 'logSoftmax',
    expression: e.logSoftmax(row),
    dims: [5],
    expected: (sample) => shares(sample.row).map(Math.log),
  },
  {
    name: 'sortDescending',
    expression: e.sortDescending(a),
    dims: [2, 3],
    expected: (sample) => rowsOf(sample).flatMap(descending),
  },
  {
    name: 'sortDescending, the first two',
    expression: e.sortDescending(row, 2),
    dims: [2],
    expected: (sample) => descending(sample.row).slice(0, 2),
  },
  {
    name: 'cumulativeSum',
    expression: e.cumulativeSum(a),
    dims: [2, 3],
    expected: (sample) => rowsOf(sample).flatMap((line) => line.map((_, at) => sum(line.slice(0, at + 1)))),
  },
  { name: 'pick', expression: e.pick(row, index), dims: [1], expected: (sample) => [sample.row[sample.class]!] },
  {
    name: 'addAt',
    expression: e.addAt(row, index, 2.5),
    dims: [5],
    expected: (sample) => sample.row.map((value, at) => (at === sample.class ? value + 2.5 : value)),
  },
  {
    name: 'addAt of minus infinity, so that the largest is another one',
    expression: e.largest(e.addAt(row, index, -Infinity), [1]),
    dims: [1],
    expected: (sample) => [largestOf(sample.row.filter((_, at) => at !== sample.class))],
  },
  {
    name: 'matrixProduct of two of each sample',
    expression: e.matrixProduct(a, e.transpose(b, [0, 2, 1])),
    dims: [2, 2],
    expected: ({ a: left, b: right }) =>
      [0, 3].flatMap((i) => [0, 3].map((j) => sum([0, 1, 2].map((k) => left[i + k]! * right[j + k]!)))),
  },
  {
    name: 'matrixProduct with a constant, which every sample shares',
    expression: e.matrixProduct(a, e.constant(float32(Float32Array.of(1, -2, 0.5, 3, -1, 0.25), [3, 2]))),
    dims: [2, 2],
    expected: (sample) => rowsOf(sample).flatMap(([p, q, r]) => [p! + 0.5 * q! - r!, -2 * p! + 3 * q! + 0.25 * r!]),
  },
  { name: 'reshape', expression: e.reshape(a, [3, -1]), dims: [3, 2], expected: (sample) => sample.a },
  {
    name: 'transpose',
    expression: e.transpose(a, [0, 2, 1]),
    dims: [3, 2],
    expected: (sample) => columnsOf(sample).flat(),
  },
  {
    name: 'take, in another order',
    expression: e.take(a, 1, [1, 0]),
    dims: [2, 3],
    expected: (sample) => rowsOf(sample).toReversed().flat(),
  },
  {
    name: 'take, one of them twice',
    expression: e.take(a, -1, [2, 0, 2, 2]),
    dims: [2, 4],
    expected: (sample) => rowsOf(sample).flatMap((line) => [2, 0, 2, 2].map((at) => line[at]!)),
  },
];

/** Numbers to weigh the elements of a case with, so that the gradient of each of them shows. */
export function expressionWeights({ dims }: ExpressionCase): Float32Array {
  const random = seededRandom('weights');
  return Float32Array.from({ length: elementCount(dims) }, () => random.normal());
}

/** The weighted sum of a case's elements, an objective `[N]`. */
export function weightedTotal(of: ExpressionCase): Expression {
  const weights = e.constant(float32(expressionWeights(of), [1, ...of.dims]));
  const axes = of.dims.map((_, axis) => axis + 1);
  return e.reshape(e.sum(e.multiply(of.expression, weights), axes), []);
}
