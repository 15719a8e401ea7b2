import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { alike } from '../support/elementwise.ts';
import { dtypeOf } from '../support/dtype.ts';

/** Half and double precision are computed in float32. */
export const cast: Operator = {
  writes: alike,
  prepare(use) {
    const type = use.outputType();
    const dtype = type && dtypeOf(type);
    if (dtype === undefined) return use.refuse(`a cast to ${type ?? 'a type without a name'}`);
    return (read) => tf.cast(read(0), dtype);
  },
};
