import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const reshape: Operator = {
  through: [0],
  prepare(use) {
    const wanted = use.numbers(1);
    const keepsZeros = use.node.int('allowzero', 0) === 1;
    return (read) => {
      const x = read(0);
      const sizes = wanted.map((size, axis) => (size === 0 && !keepsZeros ? x.shape[axis]! : size));
      return tf.reshape(x, sizes);
    };
  },
};
