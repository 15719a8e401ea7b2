import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { alike, commonShape, stretched } from '../support/elementwise.ts';

export const where: Operator = {
  through: [1, 2],
  writes: alike,
  prepare: () => (read) => {
    const [condition, then, otherwise] = [read(0), read(1), read(2)];
    const shape = commonShape(condition, then, otherwise);
    return tf.where(stretched(condition, shape), stretched(then, shape), stretched(otherwise, shape));
  },
};
