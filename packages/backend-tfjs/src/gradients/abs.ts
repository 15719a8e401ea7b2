import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** The sign, which is zero at zero. */
export const abs: GradientOverride = {
  kernelName: tf.Abs,
  because: 'TensorFlow.js gives -1 at zero',
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.sign(x!)) }),
};
