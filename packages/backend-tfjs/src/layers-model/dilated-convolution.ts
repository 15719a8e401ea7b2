import * as tf from '@tensorflow/tfjs-core';
import { onChannelsLast } from './channels-last.ts';
import type { Replacement } from './layer-kind.ts';

/** A dilated convolution without its activation, in operations whose gradients are ours: the fused one has its own, which refuses dilation. */
export const dilatedConvolution: Replacement = (layer) => {
  const { dilationRate, strides, padding, dataFormat } = layer.getConfig();
  const rates = [dilationRate ?? 1].flat() as number[];
  if (rates.every((rate) => rate === 1)) return undefined;
  const [kernel, bias] = layer.weights;
  return ([x]) =>
    onChannelsLast(x!, dataFormat, (image) => {
      const result = tf.conv2d(
        image,
        kernel!.read() as tf.Tensor4D,
        strides as [number, number],
        padding as 'same' | 'valid',
        'NHWC',
        rates.length === 1 ? rates[0]! : (rates as [number, number]),
      );
      return bias === undefined ? result : tf.add(result, bias.read());
    });
};
