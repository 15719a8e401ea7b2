import * as tf from '@tensorflow/tfjs-core';
import { slicePlaces } from '../support/slice-places.ts';
import { spreadAxis } from '../support/spread.ts';
import type { GradientOverride } from './override.ts';

/** The slice's gradient is laid out where the slice was taken, zeros elsewhere. */
export const stridedSlice: GradientOverride = {
  kernelName: tf.StridedSlice,
  because: 'TensorFlow.js has none',
  inputsToSave: ['x'],
  gradFunc(dy, [x], attrs) {
    return {
      x: () => {
        const { shape } = x!;
        const { begin, strides, counts } = slicePlaces(shape, attrs);
        let gradient = tf.reshape(dy as tf.Tensor, [...counts]);
        shape.forEach((size, axis) => {
          const stride = strides[axis]!;
          const count = counts[axis]!;
          if (stride < 0) gradient = tf.reverse(gradient, axis);
          const offset = stride < 0 ? begin[axis]! + (count - 1) * stride : begin[axis]!;
          gradient = spreadAxis(gradient, axis, Math.abs(stride), offset, size);
        });
        return gradient;
      },
    };
  },
};
