import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const gather: Operator = {
  through: [0],
  prepare(use) {
    const axisOf = (x: tf.Tensor) => {
      const axis = use.node.int('axis', 0);
      return axis < 0 ? axis + x.rank : axis;
    };
    const rank = use.rank(1);
    if (use.isStatic(1) && rank === 0) {
      const [index = 0] = use.numbers(1);
      return (read) => {
        const x = read(0);
        const axis = axisOf(x);
        const begin = x.shape.map((size, at) => (at === axis ? (index < 0 ? index + size : index) : 0));
        return tf.reshape(tf.slice(x, begin, x.shape.with(axis, 1)), x.shape.toSpliced(axis, 1));
      };
    }
    return (read) => {
      const x = read(0);
      const axis = axisOf(x);
      const given = tf.cast(read(1, 'first'), 'int32');
      const size = tf.scalar(x.shape[axis]!, 'int32');
      const indices = tf.where(tf.less(given, 0), tf.add(given, size), given);
      const flat = tf.gather(x, tf.reshape(indices, [indices.size]), axis);
      return tf.reshape(flat, [...x.shape.slice(0, axis), ...given.shape, ...x.shape.slice(axis + 1)]);
    };
  },
};
