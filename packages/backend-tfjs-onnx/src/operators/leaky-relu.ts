import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const leakyRelu = unary((x, { node }) => tf.leakyRelu(x, node.float('alpha', 0.01)));
