import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const selu = unary((x, { node }) => {
  const alpha = node.float('alpha', 1.6732632423543772);
  const gamma = node.float('gamma', 1.0507009873554805);
  return tf.mul(tf.where(tf.greater(x, 0), x, tf.mul(tf.expm1(tf.minimum(x, 0)), alpha)), gamma);
});
