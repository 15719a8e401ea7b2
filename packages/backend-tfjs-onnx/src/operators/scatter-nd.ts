import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

/** What is written over is masked out; gradients pass through the rest. */
export const scatterNd: Operator = {
  through: [0],
  prepare(use) {
    const reduction = use.node.string('reduction', 'none');
    if (reduction !== 'none' && reduction !== 'add') use.refuse(`reduction "${reduction}"`);
    return (read) => {
      const [x, updates] = [read(0), read(2)];
      const given = tf.cast(read(1), 'int32');
      const counted = tf.tensor1d(x.shape.slice(0, given.shape.at(-1)), 'int32');
      const indices = tf.where(tf.less(given, 0), tf.add(given, counted), given);
      const laid = tf.scatterND(indices, updates, x.shape);
      if (reduction === 'add') return tf.add(x, laid);
      // Indices are said to be different from each other.
      const mask = tf.scatterND(indices, tf.onesLike(updates), x.shape);
      return tf.where(tf.cast(mask, 'bool'), laid, x);
    };
  },
};
