import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/**
 * What comes back to a rectifier is cut off at 0 before its own derivative is applied; a clip is one where its lower bound is 0.
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
