import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const unsqueeze: Operator = {
  through: [0],
  prepare(use) {
    const axes = use.numbers(1);
    return (read) => {
      const x = read(0);
      const rank = x.rank + axes.length;
      const places = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
      const sizes = [...x.shape];
      return tf.reshape(
        x,
        Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : sizes.shift()!)),
      );
    };
  },
};
