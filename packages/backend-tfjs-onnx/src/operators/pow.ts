import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { alike } from '../support/elementwise.ts';

export const pow: Operator = {
  writes: alike,
  prepare(use) {
    const [exponent, ...others] = use.isStatic(1) ? use.numbers(1) : [];
    const isSquare = exponent === 2 && others.length === 0 && use.rank(1) <= use.rank(0);
    if (isSquare) return (read) => tf.square(read(0));
    return (read) => {
      const base = read(0);
      return tf.pow(base, tf.cast(read(1), base.dtype));
    };
  },
};
