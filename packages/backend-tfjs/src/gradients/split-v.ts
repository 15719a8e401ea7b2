import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** The parts' gradients are joined again. */
export const splitV: GradientOverride = {
  kernelName: tf.SplitV,
  because: 'TensorFlow.js stops where there is one part',
  inputsToSave: [],
  gradFunc: (dy, _, attrs) => ({ x: () => tf.concat([dy].flat(), (attrs as unknown as tf.SplitVAttrs).axis) }),
};
