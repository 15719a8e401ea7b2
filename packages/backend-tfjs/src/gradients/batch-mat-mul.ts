import * as tf from '@tensorflow/tfjs-core';
import { summedTo } from '../support/summed-to.ts';
import type { GradientOverride } from './override.ts';

/** y = a b: da = dy b^T, db = a^T dy, each summed over the axes along which its matrices were repeated. */
export const batchMatMul: GradientOverride = {
  kernelName: tf.BatchMatMul,
  because: 'TensorFlow.js forgets to sum over matrices that are repeated',
  inputsToSave: ['a', 'b'],
  gradFunc(dy, [a, b], attrs) {
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    const change = dy as tf.Tensor;
    return {
      a: () =>
        summedTo(
          transposeA ? tf.matMul(b!, change, transposeB, true) : tf.matMul(change, b!, false, !transposeB),
          a!.shape,
        ),
      b: () =>
        summedTo(
          transposeB ? tf.matMul(change, a!, true, transposeA) : tf.matMul(a!, change, !transposeA, false),
          b!.shape,
        ),
    };
  },
};
