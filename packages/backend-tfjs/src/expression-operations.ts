import * as tf from '@tensorflow/tfjs-core';
import { checkSamplesApart, errors, operandsOf, type Expression } from '@understory/core';

/** What a program is made of that is not computed by its own expressions. */
export type Leaf = Extract<Expression, { readonly kind: 'input' | 'tensor' | 'objective' | 'gradient' }>;

interface Value {
  readonly tensor: tf.Tensor;
  readonly batched: boolean;
}

const unaries = {
  negate: tf.neg,
  absolute: tf.abs,
  sign: tf.sign,
  squareRoot: tf.sqrt,
  exponential: tf.exp,
  logarithm: tf.log,
} as const;

const binaries = {
  add: tf.add,
  subtract: tf.sub,
  multiply: tf.mul,
  divide: tf.div,
  minimum: tf.minimum,
  maximum: tf.maximum,
} as const;

const reductions = { sum: tf.sum, maximum: tf.max, minimum: tf.min } as const;

/** Computes expressions in operations of TensorFlow.js, each object once. */
export class ExpressionValues {
  private readonly values = new Map<Expression, Value>();
  private readonly leaf: (leaf: Leaf) => tf.Tensor;

  constructor(leaf: (leaf: Leaf) => tf.Tensor) {
    this.leaf = leaf;
  }

  /** Throws PROGRAM_INVALID where shapes do not fit. */
  of(one: Expression): tf.Tensor {
    return this.value(one).tensor;
  }

  private value(one: Expression): Value {
    const before = this.values.get(one);
    if (before) return before;
    const operands = operandsOf(one).map((operand) => this.value(operand));
    checkSamplesApart(
      one,
      operands.map(({ tensor, batched }) => ({ dims: tensor.shape, batched })),
    );
    const isBatched = isLeaf(one) || operands.some(({ batched }) => batched);
    const value = { tensor: isLeaf(one) ? this.leaf(one) : operation(one, operands), batched: isBatched };
    this.values.set(one, value);
    return value;
  }
}

function isLeaf(one: Expression): one is Leaf {
  return one.kind === 'input' || one.kind === 'tensor' || one.kind === 'objective' || one.kind === 'gradient';
}

function operation(one: Exclude<Expression, Leaf>, operands: readonly Value[]): tf.Tensor {
  const [x, y, then, otherwise] = operands.map(({ tensor }) => tensor) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  switch (one.kind) {
    case 'constant':
      return typeof one.value === 'number' ? tf.scalar(one.value) : tf.tensor(one.value.data, [...one.value.dims]);
    case 'unary':
      return unaries[one.operator](x);
    case 'binary':
      return binaries[one.operator](x, y);
    case 'matrixProduct':
      return matrixProduct(x, y);
    case 'whereGreater': {
      const greater = tf.greater(x, y);
      const shape = [then, otherwise].reduce(
        (whole, { shape: own }) => tf.broadcast_util.assertAndGetBroadcastShape(whole, own),
        greater.shape as number[],
      );
      return tf.where(tf.broadcastTo(greater, shape), tf.broadcastTo(then, shape), tf.broadcastTo(otherwise, shape));
    }
    case 'reduce':
      return one.axes.length === 0 ? x : reductions[one.operator](x, [...one.axes], true);
    case 'softmax':
      return alongSecond(x, (rows) => tf.softmax(rows));
    case 'logSoftmax':
      return alongSecond(x, (rows) => tf.logSoftmax(rows));
    case 'sortDescending': {
      const size = x.shape.at(-1) ?? 1;
      if (one.count !== undefined && one.count > size) {
        throw errors.programInvalid({ found: `the first ${one.count} of ${size}`, expected: `at most ${size}` });
      }
      return tf.topk(x, one.count ?? size, true).values;
    }
    case 'cumulativeSum':
      return tf.cumsum(x, x.shape.length - 1);
    case 'pick':
      return tf.sum(tf.where(hot(y, x), x, tf.zerosLike(x)), 1, true);
    case 'addAt':
      return tf.where(hot(y, x), tf.add(x, tf.scalar(one.by)), x);
    case 'reshape':
      return tf.reshape(x, [x.shape[0] ?? 1, ...one.dims]);
    case 'transpose':
      return tf.transpose(x, [...one.order]);
    case 'take':
      return tf.gather(
        x,
        tf.tensor1d(Int32Array.from(one.indices), 'int32'),
        one.axis < 0 ? one.axis + x.rank : one.axis,
      );
  }
}

/** Axes in front are made the same beforehand: not every kernel broadcasts them. */
function matrixProduct(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2));
  const [left, right] = [x, y].map((each) => tf.broadcastTo(each, [...outer, ...each.shape.slice(-2)]));
  return tf.matMul(left!, right!);
}

/** Where the index of each sample is, in `[N, C]`. */
function hot(index: tf.Tensor, of: tf.Tensor): tf.Tensor {
  if (of.rank !== 2) throw errors.programInvalid({ found: `[${of.shape.join(', ')}]`, expected: 'a tensor [N, C]' });
  if (index.dtype !== 'int32' || index.rank !== 1) {
    throw errors.programInvalid({ found: `an index of type ${index.dtype}`, expected: 'an int64 input [N]' });
  }
  return tf.cast(tf.oneHot(index as tf.Tensor1D, of.shape[1]!), 'bool');
}

/** TensorFlow.js works along the last axis. */
function alongSecond(x: tf.Tensor, work: (rows: tf.Tensor) => tf.Tensor): tf.Tensor {
  if (x.rank <= 2) return work(x);
  const axes = x.shape.map((_, axis) => axis);
  const there = [0, ...axes.slice(2), 1];
  const back = axes.map((axis) => there.indexOf(axis));
  return tf.transpose(work(tf.transpose(x, there)), back);
}
