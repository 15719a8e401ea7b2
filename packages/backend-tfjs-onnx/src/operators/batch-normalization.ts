import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { alike } from '../support/elementwise.ts';

/** One factor and one term a channel, outside of training. */
export const batchNormalization: Operator = {
  through: [0],
  writes: alike,
  prepare(use) {
    if (use.node.int('training_mode', 0) === 1) use.refuse('training_mode');
    const epsilon = use.node.float('epsilon', 1e-5);
    const [scale, bias] = [use.numbers(1), use.numbers(2)];
    const [mean, variance] = [use.numbers(3), use.numbers(4)];
    const rank = use.rank(0);
    const factors = scale.map((factor, channel) => factor / Math.sqrt(variance[channel]! + epsilon));
    const terms = bias.map((term, channel) => term - mean[channel]! * factors[channel]!);
    const shape =
      use.layout === 'last' ? [scale.length] : [scale.length, ...Array<number>(Math.max(0, rank - 2)).fill(1)];
    const factor = use.made('factor', () => tf.tensor(factors, shape));
    const term = use.made('term', () => tf.tensor(terms, shape));
    return (read) => tf.add(tf.mul(read(0), factor), term);
  },
};
