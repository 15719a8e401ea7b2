import * as tf from '@tensorflow/tfjs-core';
import { reduction } from '../support/reduction.ts';

/** At 0 the gradient is 0: a root of what is nowhere 0 is taken, and put aside there. */
export const reduceL2 = reduction((x, axes, keeps) => {
  const squares = tf.sum(tf.square(x), axes, keeps);
  const isZero = tf.equal(squares, 0);
  return tf.where(isZero, tf.zerosLike(squares), tf.sqrt(tf.where(isZero, tf.onesLike(squares), squares)));
});
