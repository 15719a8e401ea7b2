import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { standardised } from '../support/standardised.ts';

export const layerNormalization: Operator = {
  prepare(use) {
    const epsilon = use.node.float('epsilon', 1e-5);
    return (read) => {
      const x = read(0);
      const axis = use.node.int('axis', -1);
      const from = axis < 0 ? axis + x.rank : axis;
      const axes = Array.from({ length: x.rank - from }, (_, at) => from + at);
      const { result, mean, inverseDeviation } = standardised(x, axes, epsilon);
      const scaled = tf.mul(result, read(1));
      return [use.has(2) ? tf.add(scaled, read(2)) : scaled, mean, inverseDeviation];
    };
  },
};
