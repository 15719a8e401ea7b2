import * as tf from '@tensorflow/tfjs-core';
import type { Replacement } from './layer-kind.ts';

/** A batch normalisation without scale or offset: TensorFlow.js computes it, but stops on the way back, where it misses them. */
export const partialNormalization: Replacement = (layer) => {
  const { scale, center, axis = -1, epsilon = 1e-3 } = layer.getConfig();
  if (scale !== false && center !== false) return undefined;
  const read = (ending: string) =>
    layer.weights.find(({ originalName }) => originalName.split('/').at(-1) === ending)?.read();
  return ([x]) => {
    const channels = Number([axis].flat()[0]);
    const place = channels < 0 ? channels + x!.rank : channels;
    const along = (statistic: tf.Tensor) =>
      tf.reshape(
        statistic,
        x!.shape.map((size, at) => (at === place ? size : 1)),
      );
    const slope = tf.rsqrt(tf.add(read('moving_variance')!, tf.scalar(Number(epsilon))));
    const gain = tf.mul(slope, read('gamma') ?? tf.scalar(1));
    const shift = tf.sub(read('beta') ?? tf.scalar(0), tf.mul(read('moving_mean')!, gain));
    return tf.add(tf.mul(x!, along(gain)), along(shift));
  };
};
