import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const thresholdedRelu = unary((x, { node }) =>
  tf.where(tf.greater(x, node.float('alpha', 1)), x, tf.zerosLike(x)),
);
