import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** Whole numbers and truths change in steps: nothing comes back from what was computed of them. */
export const cast: GradientOverride = {
  kernelName: tf.Cast,
  because: 'TensorFlow.js hands gradients on through whole numbers',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attributes) => ({
    x: () =>
      attributes['dtype'] === 'float32' && x!.dtype === 'float32' ? tf.clone(dy as tf.Tensor) : tf.zeros(x!.shape),
  }),
};
