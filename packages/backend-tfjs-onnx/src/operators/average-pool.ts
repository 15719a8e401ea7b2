import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { poolingWindow } from '../support/pooling.ts';
import { withBorder } from '../support/window.ts';

/** The mean over a window that was padded with zeros, divided by the places that count instead of by all. */
export const averagePool: Operator = {
  writes: () => 'last',
  prepare(use) {
    const window = poolingWindow(use);
    const { kernel, strides } = window;
    const countsPadding = use.node.int('count_include_pad', 0) === 1;
    return (read) => {
      const x = read(0, 'last') as tf.Tensor4D;
      const [, height, width] = x.shape;
      const pads = window.pads(height, width);
      const image = withBorder(x, window.borders(height, width), 0);
      const means = tf.avgPool(image, [...kernel], [...strides], 'valid');
      const results = window.counts(height, width);
      const [rows, columns] = ([0, 1] as const).map((axis) => {
        const [before, behind] = pads[axis];
        const size = axis === 0 ? height : width;
        const [first, last] = countsPadding ? [-before, size + behind] : [0, size];
        return Array.from({ length: results[axis] }, (_, at) => {
          const start = at * strides[axis] - before;
          return Math.min(start + kernel[axis], last) - Math.max(start, first);
        });
      }) as [number[], number[]];
      const factors = rows.flatMap((row) => columns.map((column) => (kernel[0] * kernel[1]) / (row * column)));
      if (factors.every((factor) => factor === 1)) return means;
      return tf.mul(means, tf.tensor(factors, [1, rows.length, columns.length, 1]));
    };
  },
};
