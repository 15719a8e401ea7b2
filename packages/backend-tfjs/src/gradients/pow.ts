import * as tf from '@tensorflow/tfjs-core';
import { summedTo } from '../support/summed-to.ts';
import type { GradientOverride } from './override.ts';

/** y = a^b: dy/da = b a^(b - 1), nothing where b is 0; dy/db = y log a, nothing where a is not above zero. */
export const pow: GradientOverride = {
  kernelName: tf.Pow,
  because: 'TensorFlow.js multiplies zero by infinity where an exponent is 0',
  inputsToSave: ['a', 'b'],
  outputsToSave: [true],
  gradFunc(dy, [a, b, y]) {
    const change = dy as tf.Tensor;
    const one = tf.scalar(1);
    const zero = tf.scalar(0);
    return {
      a: () => {
        const exponent = tf.cast(b!, 'float32');
        const isZero = tf.equal(exponent, zero);
        const slope = tf.mul(exponent, tf.pow(a!, tf.sub(tf.where(isZero, one, exponent), one)));
        return summedTo(tf.mul(change, slope), a!.shape);
      },
      b: () => {
        const isAbove = tf.greater(a!, zero);
        const slope = tf.mul(y!, tf.log(tf.where(isAbove, a!, one)));
        return summedTo(tf.mul(change, slope), b!.shape);
      },
    };
  },
};
