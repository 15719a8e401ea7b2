import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { stretched } from '../support/elementwise.ts';

export const expand: Operator = {
  through: [0],
  prepare(use) {
    const shape = use.numbers(1);
    return (read) => {
      const x = read(0);
      return stretched(x, tf.broadcast_util.assertAndGetBroadcastShape(x.shape, [...shape]));
    };
  },
};
