import * as tf from '@tensorflow/tfjs-core';
import { convInputGradient } from '../support/window-gradient.ts';
import type { KernelOverride } from './override.ts';

/** The input gradient of a convolution, as a convolution. */
export const conv2dInput: KernelOverride = {
  kernelName: tf.Conv2DBackpropInput,
  engines: ['wasm', 'tensorflow'],
  because: 'that of wasm takes many times as long as a convolution; tensorflow takes no padding by number',
  compute({ dy, filter }, attrs) {
    const { strides, pad, dimRoundingMode, inputShape } = attrs as unknown as tf.Conv2DBackpropInputAttrs;
    if (tf.getBackend() === 'tensorflow' && typeof pad === 'string') return undefined;
    const kernel = filter as tf.Tensor4D;
    const info = tf.backend_util.computeConv2DInfo(inputShape, kernel.shape, strides, 1, pad, dimRoundingMode);
    return convInputGradient(dy as tf.Tensor4D, kernel, info);
  },
};
