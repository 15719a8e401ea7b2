import * as tf from '@tensorflow/tfjs-core';
import { elementCount } from '@understory/core';

export interface Spread {
  /** How far apart the rows and columns of `x` come to lie. */
  readonly strides: readonly [number, number];
  /** Where the first comes to lie; negative ones are cut off. */
  readonly offset: readonly [number, number];
  readonly size: readonly [height: number, width: number];
}

/** `[N, h, w, C]` laid out on a larger grid of zeros, by reshapes and paddings alone. */
export function spread(x: tf.Tensor4D, { strides, offset, size }: Spread): tf.Tensor4D {
  const rows = spreadAxis(x, 1, strides[0], offset[0], size[0]);
  return spreadAxis(rows, 2, strides[1], offset[1], size[1]) as tf.Tensor4D;
}

/** One axis of a tensor laid out with zeros between, before and behind its entries. */
export function spreadAxis(x: tf.Tensor, axis: number, stride: number, offset: number, size: number): tf.Tensor {
  const { shape } = x;
  const count = shape[axis]!;
  const outer = elementCount(shape.slice(0, axis));
  const inner = elementCount(shape.slice(axis + 1));
  let rows: tf.Tensor = tf.reshape(x, [outer, count, inner]);
  if (stride > 1) {
    const apart = tf.pad(tf.reshape(x, [outer, count, 1, inner]), [none, none, [0, stride - 1], none]);
    rows = tf.reshape(apart, [outer, count * stride, inner]);
  }
  const first = Math.max(0, -offset);
  const last = Math.min(rows.shape[1]!, size - offset);
  if (first > 0 || last < rows.shape[1]!) rows = tf.slice(rows, [0, first, 0], [outer, last - first, inner]);
  const before = offset + first;
  const after = size - before - rows.shape[1]!;
  if (before > 0 || after > 0) rows = tf.pad(rows, [none, [before, after], none]);
  return tf.reshape(rows, [...shape.slice(0, axis), size, ...shape.slice(axis + 1)]);
}

const none: [number, number] = [0, 0];
