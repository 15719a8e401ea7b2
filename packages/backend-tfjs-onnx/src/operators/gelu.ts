import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const gelu = unary((x, { node }) => {
  const bent =
    node.string('approximate', 'none') === 'tanh'
      ? tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(x, tf.square(x)), 0.044715)), Math.sqrt(2 / Math.PI)))
      : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul(tf.mul(x, 0.5), tf.add(bent, 1));
});
