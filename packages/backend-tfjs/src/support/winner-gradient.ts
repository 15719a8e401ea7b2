import * as tf from '@tensorflow/tfjs-core';
import { summedTo } from './summed-to.ts';

/** The gradient of an operand that wins in some places and ties in others, summed over the axes along which it was repeated. */
export function winnerGradient(dy: tf.Tensor, wins: tf.Tensor, ties: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const share = tf.add(tf.cast(wins, 'float32'), tf.mul(tf.cast(ties, 'float32'), 0.5));
  const whole = tf.mul(dy, share);
  return summedTo(whole, shape);
}
