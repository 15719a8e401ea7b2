import * as tf from '@tensorflow/tfjs-core';
import { stretched } from './elementwise.ts';

/** The product of matrices in the last two axes, those in front broadcast. */
export function batched(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (a.rank === 2 && b.rank === 2) return tf.matMul(a, b);
  const [inner, columns] = b.shape.slice(-2) as [number, number];
  if (b.rank === 2) {
    // One matrix for all: the rows of all samples under each other.
    const rows = tf.reshape(a, [a.size / inner, inner]);
    return tf.reshape(tf.matMul(rows, b), [...a.shape.slice(0, -1), columns]);
  }
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const flat = (x: tf.Tensor): tf.Tensor => {
    const sizes = x.shape.slice(-2);
    const whole = stretched(x, [...batch, ...sizes]);
    return tf.reshape(whole, [batch.reduce((product, size) => product * size, 1), ...sizes]);
  };
  const product = tf.matMul(flat(a), flat(b));
  return tf.reshape(product, [...batch, ...product.shape.slice(-2)]);
}
