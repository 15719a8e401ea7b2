import * as tf from '@tensorflow/tfjs-core';
import { depthwiseInputGradient } from '../support/window-gradient.ts';
import type { KernelOverride } from './override.ts';

/** Each result's gradient is shared by the places of its window, of which those in the padding do not count. */
export const avgPool: KernelOverride = {
  kernelName: tf.AvgPoolGrad,
  engines: ['wasm', 'cpu'],
  because: 'cpu counts the padding where it is "same"',
  compute({ dy, input }, attrs) {
    const { filterSize, strides, pad } = attrs as unknown as tf.AvgPoolGradAttrs;
    const info = tf.backend_util.computePool2DInfo(
      input!.shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
    );
    const rows = counts(info.outHeight, info.strideHeight, info.padInfo.top, info.filterHeight, info.inHeight);
    const columns = counts(info.outWidth, info.strideWidth, info.padInfo.left, info.filterWidth, info.inWidth);
    const shares = rows.flatMap((row) => columns.map((column) => 1 / (row * column)));
    const share = tf.tensor4d(shares, [1, info.outHeight, info.outWidth, 1]);
    const window = { ...info, dilationHeight: 1, dilationWidth: 1 };
    const ones = tf.ones([info.filterHeight, info.filterWidth, info.inChannels, 1]) as tf.Tensor4D;
    return depthwiseInputGradient(tf.mul(dy!, share) as tf.Tensor4D, ones, window);
  },
};

/** How many places of each window lie inside. */
function counts(results: number, stride: number, before: number, window: number, size: number): number[] {
  return Array.from({ length: results }, (_, at) => {
    const start = at * stride - before;
    return Math.min(start + window, size) - Math.max(start, 0);
  });
}
