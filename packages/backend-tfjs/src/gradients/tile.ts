import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** The gradients of all copies are added up, axis by axis. */
export const tile: GradientOverride = {
  kernelName: tf.Tile,
  because: 'TensorFlow.js has none above rank 4',
  inputsToSave: ['x'],
  gradFunc(dy, [x], attrs) {
    const { reps } = attrs as unknown as tf.TileAttrs;
    return {
      x: () =>
        reps.reduce((gradient, count, axis) => {
          if (count === 1) return gradient;
          const before = size(gradient.shape.slice(0, axis));
          const behind = size(gradient.shape.slice(axis + 1));
          const length = x!.shape[axis]!;
          const copies = tf.reshape(gradient, [before, count, length * behind]);
          return tf.reshape(tf.sum(copies, 1), gradient.shape.with(axis, length));
        }, dy as tf.Tensor),
    };
  },
};

function size(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
