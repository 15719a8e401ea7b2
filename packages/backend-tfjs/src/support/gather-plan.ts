import * as tf from '@tensorflow/tfjs-core';
import { elementCount } from '@understory/core';

/** How a Gather with batch dimensions is laid out: `[batch, outer, length, inner]` picked by `[batch, count]`. */
export interface GatherPlan {
  readonly batch: number;
  readonly outer: number;
  /** Of the axis that is picked from. */
  readonly length: number;
  readonly inner: number;
  readonly count: number;
  /** Of the result. */
  readonly shape: readonly number[];
}

/** A negative axis counts from the end. */
export function gatherPlan(
  shape: readonly number[],
  indices: readonly number[],
  axis: number,
  batchDims: number,
): GatherPlan {
  const place = axis < 0 ? axis + shape.length : axis;
  const common = batchDims < 0 ? batchDims + indices.length : batchDims;
  const [batch, outer, inner] = [shape.slice(0, common), shape.slice(common, place), shape.slice(place + 1)];
  const picked = indices.slice(common);
  return {
    batch: elementCount(batch),
    outer: elementCount(outer),
    length: shape[place]!,
    inner: elementCount(inner),
    count: elementCount(picked),
    shape: [...batch, ...outer, ...picked, ...inner],
  };
}

/** Where each index points in rows of all samples under each other. */
export function placesOf(indices: tf.Tensor, batch: number, count: number, length: number): tf.Tensor1D {
  const starts = tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(length, 'int32'));
  const own = tf.reshape(tf.cast(indices, 'int32'), [batch, count]);
  return tf.reshape(tf.add(own, tf.reshape(starts, [batch, 1])), [batch * count]);
}
