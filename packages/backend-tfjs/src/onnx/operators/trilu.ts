import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const trilu: Operator = {
  through: [0],
  prepare(use) {
    const isUpper = use.node.int('upper', 1) === 1;
    const diagonal = use.has(1) ? (use.numbers(1)[0] ?? 0) : 0;
    return (read) => {
      const x = read(0);
      const [rows, columns] = x.shape.slice(-2) as [number, number];
      const mask = Array.from({ length: rows * columns }, (_, at) => {
        const distance = (at % columns) - Math.floor(at / columns) - diagonal;
        return (isUpper ? distance >= 0 : distance <= 0) ? 1 : 0;
      });
      return tf.mul(x, tf.cast(tf.tensor2d(mask, [rows, columns]), x.dtype));
    };
  },
};
