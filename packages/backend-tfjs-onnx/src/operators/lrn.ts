import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

/** The squares of neighbouring channels added up, `floor((size - 1) / 2)` before and `ceil((size - 1) / 2)` behind. */
export const lrn: Operator = {
  writes: () => 'last',
  prepare(use) {
    const { node } = use;
    const size = node.int('size', 1);
    const [alpha, beta, bias] = [node.float('alpha', 1e-4), node.float('beta', 0.75), node.float('bias', 1)];
    if (use.rank(0) !== 4) use.refuse(`an input of rank ${use.rank(0)}`);
    const before = Math.floor((size - 1) / 2);
    return (read) => {
      const x = read(0, 'last');
      const around = tf.pad(tf.square(x), [
        [0, 0],
        [0, 0],
        [0, 0],
        [before, size - 1 - before],
      ]);
      const parts = Array.from({ length: size }, (_, at) => tf.slice(around, [0, 0, 0, at], x.shape));
      const sum = parts.reduce((total, part) => tf.add(total, part));
      return tf.div(x, tf.pow(tf.add(tf.mul(sum, alpha / size), bias), tf.scalar(beta)));
    };
  },
};
