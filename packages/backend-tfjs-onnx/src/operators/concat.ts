import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { axisIn } from '../support/axes.ts';
import { alike } from '../support/elementwise.ts';

export const concat: Operator = {
  writes: alike,
  prepare: (use) => (read) => {
    const parts = Array.from({ length: use.count }, (_, at) => read(at));
    const filled = parts.filter(({ size }) => size > 0);
    const axis = axisIn(use.layout, use.node.int('axis', 0), parts[0]!.rank);
    return tf.concat(filled.length > 0 ? filled : parts, axis);
  },
};
