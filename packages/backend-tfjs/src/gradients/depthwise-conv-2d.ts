import * as tf from '@tensorflow/tfjs-core';
import { depthwiseInputGradient } from '../support/window-gradient.ts';
import type { GradientOverride } from './override.ts';

/** Per channel as a convolution's: dx = dy laid out between zeros, convolved with the turned filter. */
export const depthwiseConv2d: GradientOverride = {
  kernelName: tf.DepthwiseConv2dNative,
  because: 'TensorFlow.js has none where they are dilated',
  inputsToSave: ['x', 'filter'],
  gradFunc(dy, [x, filter], attrs) {
    const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as tf.DepthwiseConv2dNativeAttrs;
    return {
      x: () => {
        const [image, kernel] = [x as tf.Tensor4D, filter as tf.Tensor4D];
        const isDilated = [dilations ?? 1].flat().some((dilation) => dilation !== 1);
        if (!isDilated) {
          const input = { dy: dy as tf.Tensor, filter: kernel };
          const more = { strides, pad, dilations: [1, 1], dimRoundingMode, inputShape: image.shape };
          return tf
            .engine()
            .runKernel(tf.DepthwiseConv2dNativeBackpropInput, input, more as unknown as tf.NamedAttrMap) as tf.Tensor;
        }
        const info = tf.backend_util.computeConv2DInfo(
          image.shape,
          kernel.shape,
          strides,
          dilations,
          pad,
          dimRoundingMode,
          true,
        );
        return depthwiseInputGradient(dy as tf.Tensor4D, kernel, info);
      },
      filter: () => {
        throw new Error('gradients with respect to the filters of a convolution are not computed');
      },
    };
  },
};
