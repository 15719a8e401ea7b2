import * as tf from '@tensorflow/tfjs-core';

export interface Standardised {
  readonly result: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly inverseDeviation: tf.Tensor;
}

/** (x - mean) / sqrt(variance + epsilon) over some axes. */
export function standardised(x: tf.Tensor, axes: number[], epsilon: number): Standardised {
  const mean = tf.mean(x, axes, true);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), axes, true);
  const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
  return { result: tf.mul(centred, inverseDeviation), mean, inverseDeviation };
}
