import * as tf from '@tensorflow/tfjs-core';
import { extremumGradient } from '../support/extremum.ts';
import type { GradientOverride } from './override.ts';

/** Elements that are equally smallest share the gradient. */
export const min: GradientOverride = {
  kernelName: tf.Min,
  because: 'TensorFlow.js gives the whole of it to each of them',
  inputsToSave: ['x'],
  outputsToSave: [true],
  gradFunc(dy, [x, y], attrs) {
    const axes = (attrs['reductionIndices'] ?? attrs['axis'] ?? x!.shape.map((_, axis) => axis)) as number | number[];
    return { x: () => extremumGradient(dy as tf.Tensor, x!, y!, axes) };
  },
};
