import * as tf from '@tensorflow/tfjs-core';
import type { GradientRules } from '@understory/core';
import type { Engine } from './engines.ts';
import { gradientOverrides, guidedOverrides, kernelOverrides } from './gradients/index.ts';
import { forwardKernels } from './kernels/index.ts';
import { withKernels } from './with-kernels.ts';

/**
 * Does one piece of synchronous work with our gradients in place of those that TensorFlow.js has, and puts those back.
 * The registry belongs to the process; nothing else runs as long as the work does, so nobody else sees ours.
 */
export function withGradients<T>({ backend }: Engine, rules: GradientRules | undefined, work: () => T): T {
  const undo: (() => void)[] = [];
  try {
    for (const override of [...gradientOverrides, ...(rules === 'guided' ? guidedOverrides() : [])]) {
      undo.push(registerGradient(override));
    }
    return withKernels([...forwardKernels, ...kernelOverrides], backend, work);
  } finally {
    for (const restore of undo.toReversed()) restore();
  }
}

function registerGradient(gradient: tf.GradConfig): () => void {
  const before = tf.getGradient(gradient.kernelName);
  tf.registerGradient(gradient);
  return () => {
    if (before) tf.registerGradient(before);
    else tf.unregisterGradient(gradient.kernelName);
  };
}
