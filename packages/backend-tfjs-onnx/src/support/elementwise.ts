import * as tf from '@tensorflow/tfjs-core';
import type { Layout, Operator, OperatorUse, Placing } from '../operator.ts';

/** With channels last where an input is so and the result is an image too. */
export function alike({ count, rank, layoutOf, outputRank }: Placing): Layout {
  if (outputRank !== 4) return 'first';
  const inputs = Array.from({ length: count }, (_, at) => at);
  return inputs.some((at) => rank(at) === 4 && layoutOf(at) === 'last') ? 'last' : 'first';
}

/** Element by element. */
export function unary(of: (x: tf.Tensor, use: OperatorUse) => tf.Tensor): Operator {
  return { writes: alike, prepare: (use) => (read) => of(read(0), use) };
}

/** Element by element over two tensors that broadcast. */
export function binary(of: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operator {
  return { writes: alike, prepare: () => (read) => of(read(0), read(1)) };
}

/** As `binary`, with a result that changes in steps. */
export function comparison(of: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operator {
  return { ...binary(of), passage: 'stops' };
}

/** Element by element over any number of tensors. */
export function fold(of: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operator {
  return {
    writes: alike,
    prepare:
      ({ count }) =>
      (read) =>
        Array.from({ length: count }, (_, at) => read(at)).reduce((left, right) => of(left, right)),
  };
}

/** A tensor repeated until it has a shape; sums, whose gradients add up at every rank. */
export function stretched(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const same = x.shape.length === shape.length && x.shape.every((size, axis) => size === shape[axis]);
  if (same) return x;
  if (x.dtype === 'bool') return tf.cast(tf.add(tf.cast(x, 'int32'), tf.zeros([...shape], 'int32')), 'bool');
  return tf.add(x, tf.zeros([...shape], x.dtype as 'float32' | 'int32'));
}

/** The shape that tensors broadcast to. */
export function commonShape(...tensors: readonly tf.Tensor[]): readonly number[] {
  return tensors
    .map(({ shape }) => shape)
    .reduce((left, right) => tf.broadcast_util.assertAndGetBroadcastShape(left, right));
}

/** Two operands at the same shape where their operation's gradient does not see to it. */
export function levelled(a: tf.Tensor, b: tf.Tensor): readonly [tf.Tensor, tf.Tensor] {
  const shape = commonShape(a, b);
  return [stretched(a, shape), stretched(b, shape)];
}

/** Element-wise minimum and maximum; not a ReLU, whose gradient rule may be replaced. */
export function clamped(x: tf.Tensor, low: number, high: number): tf.Tensor {
  return tf.minimum(tf.maximum(x, low), high);
}
