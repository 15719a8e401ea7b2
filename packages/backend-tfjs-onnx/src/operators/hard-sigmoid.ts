import * as tf from '@tensorflow/tfjs-core';
import { clamped, unary } from '../support/elementwise.ts';

export const hardSigmoid = unary((x, { node }) =>
  clamped(tf.add(tf.mul(x, node.float('alpha', 0.2)), node.float('beta', 0.5)), 0, 1),
);
