import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** y = (x - mean) scale / sqrt(variance + epsilon) + offset, each of which broadcasts. */
export const fusedBatchNorm: GradientOverride = {
  kernelName: tf.FusedBatchNorm,
  because: 'TensorFlow.js repeats the statistics for every place, which takes most of the time',
  inputsToSave: ['x', 'mean', 'variance', 'scale'],
  gradFunc(dy, [x, mean, variance, scale], attrs) {
    const { varianceEpsilon } = attrs as unknown as tf.FusedBatchNormAttrs;
    const change = dy as tf.Tensor;
    const one = tf.scalar(1);
    const slope = () => tf.rsqrt(tf.add(variance!, tf.scalar(varianceEpsilon)));
    const gain = () => tf.mul(slope(), scale ?? one);
    const centred = () => tf.sub(x!, mean!);
    return {
      x: () => tf.mul(change, gain()),
      mean: () => within(tf.neg(tf.mul(change, gain())), mean!),
      variance: () => {
        const cubed = tf.mul(tf.pow(slope(), 3), tf.mul(-0.5, scale ?? one));
        return within(tf.mul(tf.mul(change, centred()), cubed), variance!);
      },
      scale: () => within(tf.mul(tf.mul(change, centred()), slope()), scale ?? one),
      offset: () => within(change, scale ?? mean!),
    };
  },
};

/** Summed over the axes along which it was repeated. */
function within(gradient: tf.Tensor, of: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(of.shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, of.shape);
}
