import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { poolingWindow } from '../support/pooling.ts';
import { padded, withBorder } from '../support/window.ts';

export const maxPool: Operator = {
  writes: () => 'last',
  prepare(use) {
    if (use.node.outputs.length > 1 && use.node.outputs[1] !== '') use.refuse('the output Indices');
    const window = poolingWindow(use);
    const { kernel, strides } = window;
    return (read) => {
      const x = read(0, 'last') as tf.Tensor4D;
      const [, height, width] = x.shape;
      const borders = window.borders(height, width);
      const { pad } = padded(x, { ...window, pads: () => borders });
      if (pad === 'same') return tf.maxPool(x, [...kernel], [...strides], 'same');
      // Padding never wins: nothing is smaller than what stands for it.
      return tf.maxPool(withBorder(x, borders, lowest), [...kernel], [...strides], 'valid');
    };
  },
};

/** The smallest float32. */
const lowest = -3.4028234663852886e38;
