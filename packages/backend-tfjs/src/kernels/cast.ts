import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';

/** What is not zero is true. */
export const cast: KernelOverride = {
  kernelName: tf.Cast,
  engines: ['wasm'],
  because: 'wasm cuts numbers off at the point before it asks whether they are zero',
  compute({ x }, { dtype }) {
    if (dtype !== 'bool' || x!.dtype === 'bool') return undefined;
    return tf.notEqual(x!, tf.scalar(0, x!.dtype as 'float32' | 'int32'));
  },
};
