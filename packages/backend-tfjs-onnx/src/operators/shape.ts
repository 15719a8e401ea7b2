import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const shape: Operator = {
  passage: 'stops',
  prepare: (use) => (read) => {
    const { shape: sizes } = read(0);
    return tf.tensor1d(sizes.slice(use.node.int('start', 0), use.node.int('end') ?? sizes.length), 'int32');
  },
};
