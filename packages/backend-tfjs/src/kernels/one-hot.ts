import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';

/** Ones and zeros first, then the values that stand for them. */
export const oneHot: KernelOverride = {
  kernelName: tf.OneHot,
  engines: ['wasm'],
  because: 'wasm writes the bits of whole numbers into floats',
  compute({ indices }, attrs) {
    const { depth, onValue, offValue, dtype } = attrs as unknown as tf.OneHotAttrs;
    if (dtype === 'int32') return undefined;
    const hits = tf.cast(tf.oneHot(indices!, depth, 1, 0, 'int32'), 'bool');
    if (dtype === 'bool') return onValue === 1 && offValue === 0 ? hits : tf.logicalNot(hits);
    return tf.where(hits, tf.scalar(onValue), tf.scalar(offValue));
  },
};
