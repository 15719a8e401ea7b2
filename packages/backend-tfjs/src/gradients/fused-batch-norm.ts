import * as tf from '@tensorflow/tfjs-core';
import { summedTo } from '../support/summed-to.ts';
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
      mean: () => summedTo(tf.neg(tf.mul(change, gain())), mean!.shape),
      variance: () => {
        const cubed = tf.mul(tf.pow(slope(), 3), tf.mul(-0.5, scale ?? one));
        return summedTo(tf.mul(tf.mul(change, centred()), cubed), variance!.shape);
      },
      scale: () => summedTo(tf.mul(tf.mul(change, centred()), slope()), (scale ?? one).shape),
      offset: () => summedTo(change, (scale ?? mean!).shape),
    };
  },
};
