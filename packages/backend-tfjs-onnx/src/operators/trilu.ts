import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { stretched } from '../support/elementwise.ts';

export const trilu: Operator = {
  through: [0],
  prepare(use) {
    const isUpper = use.node.int('upper', 1) === 1;
    const diagonal = use.has(1) ? (use.numbers(1)[0] ?? 0) : 0;
    return (read) => {
      const x = read(0);
      const [rows, columns] = x.shape.slice(-2) as [number, number];
      // A mask of -Infinity must not be multiplied by 0.
      const mask = Array.from({ length: rows * columns }, (_, at) => {
        const distance = (at % columns) - Math.floor(at / columns) - diagonal;
        return (isUpper ? distance >= 0 : distance <= 0) ? 1 : 0;
      });
      const kept = stretched(tf.tensor2d(mask, [rows, columns], 'bool'), x.shape);
      return tf.where(kept, x, tf.zerosLike(x));
    };
  },
};
