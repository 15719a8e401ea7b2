import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

/** One gather over the axes that indices count, laid out as one. */
export const gatherNd: Operator = {
  through: [0],
  prepare(use) {
    if (use.node.int('batch_dims', 0) !== 0) use.refuse('batch_dims');
    return (read) => {
      const [x, given] = [read(0), tf.cast(read(1), 'int32')];
      const depth = given.shape.at(-1)!;
      const counted = x.shape.slice(0, depth);
      const rest = x.shape.slice(depth);
      const sizes = tf.tensor1d(counted, 'int32');
      const indices = tf.where(tf.less(given, 0), tf.add(given, sizes), given);
      const strides = counted.map((_, axis) => counted.slice(axis + 1).reduce((product, size) => product * size, 1));
      const flat = tf.sum(tf.mul(indices, tf.tensor1d(strides, 'int32')), -1);
      const rows = tf.reshape(x, [counted.reduce((product, size) => product * size, 1), ...rest]);
      const taken = tf.gather(rows, tf.reshape(flat, [flat.size]), 0);
      return tf.reshape(taken, [...given.shape.slice(0, -1), ...rest]);
    };
  },
};
