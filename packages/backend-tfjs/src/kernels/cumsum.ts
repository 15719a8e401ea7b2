import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';

/** An axis that counts from the end is counted from the front. */
export const cumsum: KernelOverride = {
  kernelName: tf.Cumsum,
  engines: ['wasm', 'cpu', 'tensorflow'],
  because: 'a negative axis is taken for one that is not there; wasm then writes over memory',
  compute({ x }, attrs) {
    const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs;
    return axis < 0 ? tf.cumsum(x!, axis + x!.rank, exclusive, reverse) : undefined;
  },
};
