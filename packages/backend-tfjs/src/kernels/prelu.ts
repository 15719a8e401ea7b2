import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';

/** The slopes broadcast along any axis. */
export const prelu: KernelOverride = {
  kernelName: tf.Prelu,
  engines: ['wasm'],
  because: 'wasm repeats the slopes along the first axes alone',
  compute({ x, alpha }) {
    const own = alpha!.shape.slice(alpha!.shape.findIndex((size) => size !== 1));
    const isRepeated = alpha!.size === 1 || own.join() === x!.shape.slice(x!.rank - own.length).join();
    return isRepeated ? undefined : tf.where(tf.greater(x!, 0), x!, tf.mul(x!, alpha!));
  },
};
