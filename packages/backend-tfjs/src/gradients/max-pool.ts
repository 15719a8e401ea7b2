import * as tf from '@tensorflow/tfjs-core';
import { spread } from '../support/spread.ts';
import type { KernelOverride } from './override.ts';

/** Each result's gradient goes to the first place of its window, row by row, that holds the maximum. */
export const maxPool: KernelOverride = {
  kernelName: tf.MaxPoolGrad,
  engines: ['wasm'],
  because: 'wasm is wrong where the maximum of a window is not above zero',
  compute({ dy, input, output }, attrs) {
    const { filterSize, strides, pad } = attrs as unknown as tf.MaxPoolGradAttrs;
    const x = input as tf.Tensor4D;
    const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad);
    const { inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info;
    const { top, left } = padInfo;
    const size: [number, number] = [
      (outHeight - 1) * strideHeight + info.filterHeight,
      (outWidth - 1) * strideWidth + info.filterWidth,
    ];
    // Padding never wins: nothing is smaller than what stands for it.
    const [below, right] = [Math.max(0, size[0] - top - inHeight), Math.max(0, size[1] - left - inWidth)];
    const padded = tf.pad(
      x,
      [
        [0, 0],
        [top, below],
        [left, right],
        [0, 0],
      ],
      lowest,
    );
    const gradients: tf.Tensor[] = [];
    let open: tf.Tensor = tf.onesLike(output!);
    for (let row = 0; row < info.filterHeight; row += 1) {
      for (let column = 0; column < info.filterWidth; column += 1) {
        const end = [
          info.batchSize,
          row + (outHeight - 1) * strideHeight + 1,
          column + (outWidth - 1) * strideWidth + 1,
          inChannels,
        ];
        const there = tf.stridedSlice(padded, [0, row, column, 0], end, [1, strideHeight, strideWidth, 1]);
        const wins = tf.mul(open, tf.cast(tf.equal(there, output!), 'float32'));
        open = tf.sub(open, wins);
        gradients.push(
          spread(tf.mul(dy!, wins) as tf.Tensor4D, {
            strides: [strideHeight, strideWidth],
            offset: [row - top, column - left],
            size: [inHeight, inWidth],
          }),
        );
      }
    }
    return gradients.reduce((sum, one) => tf.add(sum, one));
  },
};

/** The smallest float32. */
const lowest = -3.4028234663852886e38;
