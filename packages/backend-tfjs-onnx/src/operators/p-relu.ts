import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { alike, stretched } from '../support/elementwise.ts';

export const pRelu: Operator = {
  writes: alike,
  prepare: () => (read) => {
    const x = read(0);
    // Not every engine broadcasts the slopes.
    return tf.prelu(x, stretched(read(1), x.shape));
  },
};
