import * as tf from '@tensorflow/tfjs-core';
import { gatherPlan, placesOf } from '../support/gather-plan.ts';
import type { GradientOverride } from './override.ts';

/** What was taken is added up where it was taken from. */
export const gather: GradientOverride = {
  kernelName: tf.GatherV2,
  because: 'wasm has no UnsortedSegmentSum, and TensorFlow.js passes over batch dimensions',
  inputsToSave: ['x', 'indices'],
  gradFunc(dy, [x, indices], attrs) {
    const { axis, batchDims = 0 } = attrs as unknown as tf.GatherV2Attrs;
    return {
      x: () => {
        const { batch, outer, length, inner, count } = gatherPlan(x!.shape, indices!.shape, axis, batchDims);
        const taken = tf.transpose(tf.reshape(dy as tf.Tensor, [batch, outer, count, inner]), [0, 2, 1, 3]);
        const places = tf.reshape(placesOf(indices!, batch, count, length), [batch * count, 1]);
        const rows = tf.scatterND(places, tf.reshape(taken, [batch * count, outer * inner]), [
          batch * length,
          outer * inner,
        ]);
        const apart = tf.transpose(tf.reshape(rows, [batch, length, outer, inner]), [0, 2, 1, 3]);
        return tf.reshape(apart, x!.shape);
      },
      indices: () => tf.zeros(indices!.shape),
    };
  },
};
