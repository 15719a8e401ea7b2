import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { dtypeOf } from '../support/dtype.ts';

export const range: Operator = {
  passage: 'stops',
  prepare(use) {
    const [start = 0, limit = 0, step = 1] = [0, 1, 2].map((input) => use.numbers(input)[0]);
    const count = Math.max(0, Math.ceil((limit - start) / step));
    const values = Array.from({ length: count }, (_, at) => start + at * step);
    return () => tf.tensor1d(values, dtypeOf(use.outputType() ?? 'float32') ?? 'float32');
  },
};
