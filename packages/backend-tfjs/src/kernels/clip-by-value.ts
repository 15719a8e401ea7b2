import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';

/** Whole numbers are cut off as floats. */
export const clipByValue: KernelOverride = {
  kernelName: tf.ClipByValue,
  engines: ['wasm'],
  because: 'wasm reads whole numbers as floats',
  compute({ x }, attrs) {
    const { clipValueMin, clipValueMax } = attrs as unknown as tf.ClipByValueAttrs;
    if (x!.dtype !== 'int32') return undefined;
    return tf.cast(tf.clipByValue(tf.cast(x!, 'float32'), clipValueMin, clipValueMax), 'int32');
  },
};
