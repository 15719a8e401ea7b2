import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { dtypeOf } from '../support/dtype.ts';

export const range: Operator = {
  passage: 'stops',
  prepare(use) {
    const [start = 0, limit = 0, step = 1] = [0, 1, 2].map((input) => use.numbers(input)[0]);
    const count = Math.max(0, Math.ceil((limit - start) / step));
    const dtype = dtypeOf(use.outputType() ?? 'float32') ?? 'float32';
    // A list of plain numbers would take several times the memory of the tensor.
    const places = { length: count };
    const value = (_: unknown, at: number) => start + at * step;
    return () =>
      tf.tensor1d(dtype === 'float32' ? Float32Array.from(places, value) : Int32Array.from(places, value), dtype);
  },
};
