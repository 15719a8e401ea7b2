import * as tf from '@tensorflow/tfjs-core';

/** Computes on an image `[N, h, w, C]`, turned there and back where a layer has channels first. */
export function onChannelsLast(x: tf.Tensor, dataFormat: unknown, of: (image: tf.Tensor4D) => tf.Tensor): tf.Tensor {
  if (dataFormat !== 'channelsFirst') return of(x as tf.Tensor4D);
  return tf.transpose(of(tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D), [0, 3, 1, 2]);
}
