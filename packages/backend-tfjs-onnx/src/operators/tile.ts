import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const tile: Operator = {
  through: [0],
  prepare(use) {
    const repeats = use.numbers(1);
    // Copies joined axis by axis, whose gradients add up at every rank.
    return (read) =>
      repeats.reduce(
        (x, count, axis) =>
          count === 1
            ? x
            : tf.concat(
                Array.from({ length: count }, () => x),
                axis,
              ),
        tf.clone(read(0)),
      );
  },
};
