import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** Each factor's gradient is the same sum of products with the result's gradient in its place. */
export const einsum: GradientOverride = {
  kernelName: tf.Einsum,
  because: 'TensorFlow.js has none',
  saveAllInputs: true,
  inputsToSave: [],
  gradFunc(dy, saved, attrs) {
    const [left = '', result = ''] = String(attrs['equation']).replaceAll(' ', '').split('->');
    const terms = left.split(',');
    return Object.fromEntries(
      terms.map((term, at) => [
        `${at}`,
        () => {
          const others = terms.filter((_, other) => other !== at);
          const read = new Set([...others.join(''), ...result]);
          const isPlain = new Set(term).size === term.length && [...term].every((axis) => read.has(axis));
          if (!isPlain) throw new Error(`Einsum "${left}->${result}" has no gradient here`);
          const tensors = saved.filter((_, other) => other !== at);
          return tf.einsum(`${[result, ...others].join(',')}->${term}`, dy as tf.Tensor, ...tensors);
        },
      ]),
    );
  },
};
