import * as tf from '@tensorflow/tfjs-core';
import { convInputGradient } from '../support/window-gradient.ts';
import type { GradientOverride } from './override.ts';

/** dx = dy laid out between zeros, convolved with the turned filter at the same dilation. */
export const conv2d: GradientOverride = {
  kernelName: tf.Conv2D,
  because: 'TensorFlow.js has none for dilated convolutions',
  inputsToSave: ['x', 'filter'],
  gradFunc(dy, [x, filter], attrs) {
    const { strides, pad, dilations, dataFormat, dimRoundingMode } = attrs as unknown as tf.Conv2DAttrs;
    return {
      x: () => {
        const [image, kernel] = [x as tf.Tensor4D, filter as tf.Tensor4D];
        const isDilated = [dilations].flat().some((dilation) => dilation !== 1);
        if (!isDilated)
          return inputGradient(image.shape, dy as tf.Tensor4D, kernel, attrs as unknown as tf.Conv2DAttrs);
        if (dataFormat === 'NCHW')
          throw new Error('dilated convolutions of channels-first images have no gradient here');
        const info = tf.backend_util.computeConv2DInfo(
          image.shape,
          kernel.shape,
          strides,
          dilations,
          pad,
          dimRoundingMode,
        );
        return convInputGradient(dy as tf.Tensor4D, kernel, info);
      },
      filter: () => {
        throw new Error('gradients with respect to the filters of a convolution are not computed');
      },
    };
  },
};

function inputGradient(
  inputShape: number[],
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  { strides, pad, dataFormat, dimRoundingMode }: tf.Conv2DAttrs,
): tf.Tensor {
  const attrs: tf.NamedAttrMap = {
    strides,
    pad,
    dataFormat,
    dimRoundingMode,
    inputShape,
  } as unknown as tf.NamedAttrMap;
  return tf.engine().runKernel(tf.Conv2DBackpropInput, { dy, filter }, attrs) as tf.Tensor;
}
