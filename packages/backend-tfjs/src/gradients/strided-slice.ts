import * as tf from '@tensorflow/tfjs-core';
import { spreadAxis } from '../support/spread.ts';
import type { GradientOverride } from './override.ts';

/** The slice's gradient is laid out where the slice was taken, zeros elsewhere. */
export const stridedSlice: GradientOverride = {
  kernelName: tf.StridedSlice,
  because: 'TensorFlow.js has none',
  inputsToSave: ['x'],
  gradFunc(dy, [x], attrs) {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } =
      attrs as unknown as tf.StridedSliceAttrs;
    return {
      x: () => {
        const { shape } = x!;
        const info = tf.slice_util.sliceInfo(
          shape,
          begin,
          end,
          strides,
          beginMask,
          endMask,
          ellipsisMask,
          newAxisMask,
          shrinkAxisMask,
        );
        // Before axes are added or dropped, which reorders nothing.
        const sliced = shape.map((_, axis) =>
          Math.max(0, Math.ceil((info.end[axis]! - info.begin[axis]!) / info.strides[axis]!)),
        );
        let gradient = tf.reshape(dy as tf.Tensor, sliced);
        shape.forEach((size, axis) => {
          const stride = info.strides[axis]!;
          const count = sliced[axis]!;
          if (stride < 0) gradient = tf.reverse(gradient, axis);
          const offset = stride < 0 ? info.begin[axis]! + (count - 1) * stride : info.begin[axis]!;
          gradient = spreadAxis(gradient, axis, Math.abs(stride), offset, size);
        });
        return gradient;
      },
    };
  },
};
