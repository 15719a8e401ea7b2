import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';

/** Matrices that are repeated along the axes in front are laid out as often as they are read. */
export const batchMatMul: KernelOverride = {
  kernelName: tf.BatchMatMul,
  engines: ['wasm', 'cpu'],
  because: 'wasm and cpu take the matrices in turn, whichever axis they are repeated along',
  compute({ a, b }, attrs) {
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    const [left, right] = [a!.shape.slice(0, -2), b!.shape.slice(0, -2)];
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(left, right);
    const isAlone = (axes: readonly number[]) => axes.every((size) => size === 1);
    if (left.join() === right.join() || isAlone(left) || isAlone(right)) return undefined;
    const whole = (x: tf.Tensor) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
    return tf.matMul(whole(a!), whole(b!), transposeA, transposeB);
  },
};
