import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';

/** Floats stay floats. */
export const floorDiv: KernelOverride = {
  kernelName: tf.FloorDiv,
  engines: ['cpu'],
  because: 'cpu makes whole numbers of 32 bits of floats',
  compute: ({ a, b }) => (a!.dtype === 'float32' ? tf.floor(tf.div(a!, b!)) : undefined),
};
