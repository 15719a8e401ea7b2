import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { spatialAxes } from '../support/axes.ts';
import { alike } from '../support/elementwise.ts';
import { standardised } from '../support/standardised.ts';

export const instanceNormalization: Operator = {
  writes: alike,
  prepare(use) {
    const epsilon = use.node.float('epsilon', 1e-5);
    const rank = use.rank(0);
    const axes = spatialAxes(use.layout, rank);
    return (read) => {
      const perChannel = (input: number) => {
        const values = read(input, 'first');
        return use.layout === 'last' ? values : tf.reshape(values, [values.size, ...axes.map(() => 1)]);
      };
      return tf.add(tf.mul(standardised(read(0), axes, epsilon).result, perChannel(1)), perChannel(2));
    };
  },
};
