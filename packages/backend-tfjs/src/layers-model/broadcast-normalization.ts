import * as tf from '@tensorflow/tfjs-core';
import type { Replacement } from './layer-kind.ts';

/**
 * A batch normalisation without scale or offset, which TensorFlow.js misses on the way back, or along another axis than the last,
 * where wasm and cpu take each place's statistics from another channel.
 */
export const broadcastNormalization: Replacement = (layer) => {
  const { scale, center, axis = -1, epsilon = 1e-3 } = layer.getConfig();
  const channels = Number([axis].flat()[0]);
  const isWhole = scale !== false && center !== false;
  if (isWhole && channels === -1) return undefined;
  const read = (ending: string) =>
    layer.weights.find(({ originalName }) => originalName.split('/').at(-1) === ending)?.read();
  return (inputs) => {
    const x = inputs[0]!;
    const place = channels < 0 ? channels + x.rank : channels;
    if (isWhole && place === x.rank - 1) return [layer.call([...inputs], { training: false })].flat()[0]!;
    const along = (statistic: tf.Tensor) =>
      tf.reshape(
        statistic,
        x.shape.map((size, at) => (at === place ? size : 1)),
      );
    const slope = tf.rsqrt(tf.add(read('moving_variance')!, tf.scalar(Number(epsilon))));
    const gain = tf.mul(slope, read('gamma') ?? tf.scalar(1));
    const shift = tf.sub(read('beta') ?? tf.scalar(0), tf.mul(read('moving_mean')!, gain));
    return tf.add(tf.mul(x, along(gain)), along(shift));
  };
};
