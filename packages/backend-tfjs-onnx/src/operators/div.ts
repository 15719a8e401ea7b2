import * as tf from '@tensorflow/tfjs-core';
import { binary } from '../support/elementwise.ts';

/** Whole numbers are rounded towards zero. */
export const div = binary((a, b) => {
  if (a.dtype === 'float32' || b.dtype === 'float32') return tf.div(a, b);
  const magnitude = tf.floorDiv(tf.abs(a), tf.abs(b));
  return tf.cast(tf.mul(magnitude, tf.mul(tf.sign(a), tf.sign(b))), 'int32');
});
