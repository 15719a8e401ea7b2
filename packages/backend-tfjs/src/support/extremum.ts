import * as tf from '@tensorflow/tfjs-core';

/** The gradient of a largest or smallest element: those that reach it share it evenly. */
export function extremumGradient(
  dy: tf.Tensor,
  x: tf.Tensor,
  y: tf.Tensor,
  reduced: number | readonly number[],
): tf.Tensor {
  const axes = tf.util.parseAxisParam(reduced as number | number[], x.shape);
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const reaches = tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32');
  return tf.mul(reaches, tf.div(tf.reshape(dy, kept), tf.sum(reaches, axes, true)));
}
