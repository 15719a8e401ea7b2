import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const squeeze: Operator = {
  through: [0],
  prepare(use) {
    const axes = use.has(1) ? use.numbers(1) : undefined;
    return (read) => {
      const x = read(0);
      const places = axes?.map((axis) => (axis < 0 ? axis + x.rank : axis));
      return tf.reshape(
        x,
        x.shape.filter((size, axis) => (places ? !places.includes(axis) : size !== 1)),
      );
    };
  },
};
