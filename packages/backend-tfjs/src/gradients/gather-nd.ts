import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** What was picked gets its gradient back at its place, summed where it was picked several times. */
export const gatherNd: GradientOverride = {
  kernelName: tf.GatherNd,
  because: 'TensorFlow.js has none',
  inputsToSave: ['params', 'indices'],
  gradFunc(dy, [params, indices]) {
    return {
      params: () => tf.scatterND(indices!, dy as tf.Tensor, params!.shape as [number]),
      indices: () => tf.zeros(indices!.shape),
    };
  },
};
