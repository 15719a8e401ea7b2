import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const cumSum: Operator = {
  through: [0],
  prepare(use) {
    const axis = use.numbers(1)[0] ?? 0;
    const [excludes, turns] = [use.node.int('exclusive', 0) === 1, use.node.int('reverse', 0) === 1];
    return (read) => {
      const x = read(0);
      const place = axis < 0 ? axis + x.rank : axis;
      // TensorFlow.js has a gradient of the last axis alone.
      const last = x.rank - 1;
      const swapped = x.shape.map((_, at) => (at === place ? last : at === last ? place : at));
      if (place === last) return tf.cumsum(x, last, excludes, turns);
      return tf.transpose(tf.cumsum(tf.transpose(x, swapped), last, excludes, turns), swapped);
    };
  },
};
