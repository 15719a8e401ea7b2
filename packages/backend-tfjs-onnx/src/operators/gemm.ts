import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const gemm: Operator = {
  prepare(use) {
    const { node } = use;
    const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
    const [transA, transB] = [node.int('transA', 0) === 1, node.int('transB', 0) === 1];
    return (read) => {
      const product = tf.matMul(read(0), read(1), transA, transB);
      const scaled = alpha === 1 ? product : tf.mul(product, alpha);
      if (!use.has(2)) return scaled;
      return tf.add(scaled, beta === 1 ? read(2) : tf.mul(read(2), beta));
    };
  },
};
