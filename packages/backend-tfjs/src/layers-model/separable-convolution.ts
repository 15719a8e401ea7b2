import * as tf from '@tensorflow/tfjs-core';
import { onChannelsLast } from './channels-last.ts';
import type { Replacement } from './layer-kind.ts';

/** A separable convolution of an image with channels first: TensorFlow.js adds the bias along another axis. */
export const separableConvolution: Replacement = (layer) => {
  const { dataFormat, dilationRate, strides, padding } = layer.getConfig();
  if (dataFormat !== 'channelsFirst') return undefined;
  const read = (ending: string) =>
    layer.weights.find(({ originalName }) => originalName.split('/').at(-1) === ending)?.read();
  return ([x]) =>
    onChannelsLast(x!, dataFormat, (image) => {
      const result = tf.separableConv2d(
        image,
        read('depthwise_kernel') as tf.Tensor4D,
        read('pointwise_kernel') as tf.Tensor4D,
        strides as [number, number],
        padding as 'same' | 'valid',
        (dilationRate ?? 1) as [number, number],
      );
      const bias = read('bias');
      return bias === undefined ? result : tf.add(result, bias);
    });
};
