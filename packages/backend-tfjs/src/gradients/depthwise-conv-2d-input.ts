import * as tf from '@tensorflow/tfjs-core';
import { depthwiseInputGradient } from '../support/window-gradient.ts';
import type { KernelOverride } from './override.ts';

/** The input gradient of a depthwise convolution, as a depthwise convolution. */
export const depthwiseConv2dInput: KernelOverride = {
  kernelName: tf.DepthwiseConv2dNativeBackpropInput,
  engines: ['wasm', 'tensorflow'],
  because: 'wasm has none; tensorflow takes no padding by number',
  compute({ dy, filter }, attrs) {
    const { strides, pad, dilations, dimRoundingMode, inputShape } =
      attrs as unknown as tf.DepthwiseConv2dNativeBackpropInputAttrs;
    if (tf.getBackend() === 'tensorflow' && typeof pad === 'string') return undefined;
    const kernel = filter as tf.Tensor4D;
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      kernel.shape,
      strides,
      dilations,
      pad,
      dimRoundingMode,
      true,
    );
    return depthwiseInputGradient(dy as tf.Tensor4D, kernel, info);
  },
};
