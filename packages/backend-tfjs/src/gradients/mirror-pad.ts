import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** What the mirrored borders received is turned round and added where it was mirrored from, axis by axis. */
export const mirrorPad: GradientOverride = {
  kernelName: tf.MirrorPad,
  because: 'TensorFlow.js forgets the borders',
  inputsToSave: ['x'],
  gradFunc(dy, [x], attrs) {
    const { paddings, mode } = attrs as unknown as tf.MirrorPadAttrs;
    // The edge itself is repeated where the mode is symmetric.
    const skip = mode === 'reflect' ? 1 : 0;
    return {
      x: () =>
        x!.shape.reduce((gradient, size, axis) => {
          const [before, after] = paddings[axis]!;
          const part = (start: number, count: number) => {
            const begin = gradient.shape.map((_, at) => (at === axis ? start : 0));
            return tf.slice(
              gradient,
              begin,
              gradient.shape.map((whole, at) => (at === axis ? count : whole)),
            );
          };
          const at = (border: tf.Tensor, start: number, count: number) =>
            tf.pad(
              tf.reverse(border, axis),
              gradient.shape.map((_, other) => (other === axis ? [start, size - start - count] : [0, 0])),
            );
          let sum = part(before, size);
          if (before > 0) sum = tf.add(sum, at(part(0, before), skip, before));
          if (after > 0) sum = tf.add(sum, at(part(before + size, after), size - skip - after, after));
          return sum;
        }, dy as tf.Tensor),
    };
  },
};
