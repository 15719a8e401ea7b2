import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const elu = unary((x, { node }) => {
  const alpha = node.float('alpha', 1);
  if (alpha === 1) return tf.elu(x);
  return tf.where(tf.greater(x, 0), x, tf.mul(tf.expm1(tf.minimum(x, 0)), alpha));
});
