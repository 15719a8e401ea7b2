import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/**
 * The gradient that reaches a ReLU is cut off at 0 before the ReLU's own derivative is applied; a clip counts as a ReLU where its lower bound is 0.
 * Springenberg et al. 2015, "Striving for Simplicity: The All Convolutional Net", section 3.4.
 */
export function guidedOverrides(): readonly GradientOverride[] {
  return [tf.Relu, tf.Relu6, tf.LeakyRelu, tf.Prelu, tf.ClipByValue].flatMap((kernelName) => {
    const own = tf.getGradient(kernelName);
    if (own === undefined) return [];
    return {
      ...own,
      because: 'guided backpropagation',
      gradFunc(dy, saved, attrs) {
        const rectifies = kernelName !== tf.ClipByValue || attrs['clipValueMin'] === 0;
        return own.gradFunc(rectifies ? tf.relu(dy as tf.Tensor) : dy, saved, attrs);
      },
    } satisfies GradientOverride;
  });
}
