import * as tf from '@tensorflow/tfjs-core';
import type { Replacement } from './layer-kind.ts';

/** A dilated convolution without its activation, in operations whose gradients are ours: the fused one has its own, which refuses dilation. */
export const dilatedConvolution: Replacement = (layer) => {
  const { dilationRate, strides, padding, dataFormat } = layer.getConfig();
  const rates = [dilationRate ?? 1].flat() as number[];
  if (rates.every((rate) => rate === 1) || dataFormat === 'channelsFirst') return undefined;
  const [kernel, bias] = layer.weights;
  return ([x]) => {
    const image = tf.conv2d(
      x as tf.Tensor4D,
      kernel!.read() as tf.Tensor4D,
      strides as [number, number],
      padding as 'same' | 'valid',
      'NHWC',
      rates.length === 1 ? rates[0]! : (rates as [number, number]),
    );
    return bias === undefined ? image : tf.add(image, bias.read());
  };
};
