import * as tf from '@tensorflow/tfjs-core';

/** A gradient summed over the axes along which what it belongs to was repeated. */
export function summedTo(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes([...shape], gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, [...shape]);
}
