import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** Each value's gradient goes back to the place it was found at, along the last axis. */
export const topK: GradientOverride = {
  kernelName: tf.TopK,
  because: 'TensorFlow.js has none',
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc(dy, [x, indices]) {
    // The second result is made of whole numbers and has no gradient.
    const values = [dy].flat()[0]!;
    return {
      x: () => {
        const { shape } = x!;
        const last = shape.at(-1)!;
        const rows = x!.size / last;
        const count = indices!.shape.at(-1)!;
        const starts = tf.mul(tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]), tf.scalar(last, 'int32'));
        const places = tf.add(tf.reshape(indices!, [rows, count]), starts);
        const flat = tf.scatterND(tf.reshape(places, [rows * count, 1]), tf.reshape(values, [rows * count]), [
          rows * last,
        ]);
        return tf.reshape(flat, shape);
      },
    };
  },
};
