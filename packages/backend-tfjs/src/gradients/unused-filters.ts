import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from './override.ts';

/**
 * Gradients of filters, which fused convolutions compute whether or not anybody asks. Nobody does: filters are weights, and a
 * network that computes one from its input is refused.
 */
export const unusedFilters: readonly KernelOverride[] = [
  tf.Conv2DBackpropFilter,
  tf.DepthwiseConv2dNativeBackpropFilter,
].map((kernelName) => ({
  kernelName,
  engines: ['wasm', 'cpu', 'tensorflow'],
  because: 'fused convolutions compute what is not used, and wasm has none',
  compute: (_, attrs) => tf.zeros(attrs['filterShape'] as number[]),
}));
