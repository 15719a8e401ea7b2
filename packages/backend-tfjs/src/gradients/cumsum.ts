import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** A sum from the front comes back as a sum from the end, and the other way round. */
export const cumsum: GradientOverride = {
  kernelName: tf.Cumsum,
  because: 'TensorFlow.js is wrong along every axis but the last',
  inputsToSave: [],
  gradFunc(dy, _, attrs) {
    const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs;
    return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
  },
};
