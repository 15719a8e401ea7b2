import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** The parts' gradients are stacked again. */
export const unpack: GradientOverride = {
  kernelName: tf.Unpack,
  because: 'TensorFlow.js stops where there is one part',
  inputsToSave: [],
  gradFunc: (dy, _, attrs) => ({ value: () => tf.stack([dy].flat(), (attrs as unknown as tf.UnpackAttrs).axis) }),
};
