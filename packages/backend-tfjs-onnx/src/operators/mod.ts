import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { alike } from '../support/elementwise.ts';

export const mod: Operator = {
  passage: 'stops',
  writes: alike,
  prepare(use) {
    if (use.node.int('fmod', 0) === 1) use.refuse('fmod');
    return (read) => tf.mod(read(0), read(1));
  },
};
