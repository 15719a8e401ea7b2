import * as tf from '@tensorflow/tfjs-core';
import { winnerGradient } from '../support/winner-gradient.ts';
import type { GradientOverride } from './override.ts';

/** The smaller of the two takes the gradient; they share it evenly where they are the same. */
export const minimum: GradientOverride = {
  kernelName: tf.Minimum,
  because: 'TensorFlow.js gives ties to the first alone',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b]) => ({
    a: () => winnerGradient(dy as tf.Tensor, tf.less(a!, b!), tf.equal(a!, b!), a!.shape),
    b: () => winnerGradient(dy as tf.Tensor, tf.less(b!, a!), tf.equal(a!, b!), b!.shape),
  }),
};
