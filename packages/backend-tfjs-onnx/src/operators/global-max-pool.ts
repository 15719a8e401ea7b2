import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { alike } from '../support/elementwise.ts';
import { spatialAxes } from '../support/axes.ts';

export const globalMaxPool: Operator = {
  writes: alike,
  prepare: (use) => {
    const axes = spatialAxes(use.layout, use.rank(0));
    return (read) => tf.max(read(0), axes, true);
  },
};
