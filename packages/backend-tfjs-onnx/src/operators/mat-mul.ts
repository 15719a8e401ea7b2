import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { batched } from '../support/batched.ts';

/** As NumPy does it: vectors are rows on the left and columns on the right, axes in front broadcast. */
export const matMul: Operator = {
  prepare: () => (read) => {
    const [left, right] = [read(0), read(1)];
    const a = left.rank === 1 ? tf.reshape(left, [1, left.size]) : left;
    const b = right.rank === 1 ? tf.reshape(right, [right.size, 1]) : right;
    const product = batched(a, b);
    if (left.rank > 1 && right.rank > 1) return product;
    const rows = left.rank === 1 ? [] : [a.shape.at(-2)!];
    const columns = right.rank === 1 ? [] : [b.shape.at(-1)!];
    return tf.reshape(product, [...product.shape.slice(0, -2), ...rows, ...columns]);
  },
};
