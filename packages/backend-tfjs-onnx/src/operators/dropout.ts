import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { alike } from '../support/elementwise.ts';

/** Does nothing outside of training. */
export const dropout: Operator = {
  through: [0],
  writes: alike,
  prepare(use) {
    const trains = use.has(2) && use.numbers(2)[0] !== 0;
    if (trains) use.refuse('training_mode');
    return (read) => {
      const x = read(0);
      return [tf.clone(x), tf.onesLike(tf.cast(x, 'bool'))];
    };
  },
};
