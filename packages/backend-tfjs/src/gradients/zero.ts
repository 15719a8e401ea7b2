import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

const constants: Readonly<Record<string, readonly string[]>> = {
  [tf.Equal]: ['a', 'b'],
  [tf.NotEqual]: ['a', 'b'],
  [tf.Greater]: ['a', 'b'],
  [tf.Less]: ['a', 'b'],
  [tf.LessEqual]: ['a', 'b'],
  [tf.LogicalAnd]: ['a', 'b'],
  [tf.LogicalOr]: ['a', 'b'],
  [tf.LogicalNot]: ['x'],
  [tf.Any]: ['x'],
  [tf.All]: ['x'],
  [tf.ArgMax]: ['x'],
  [tf.ArgMin]: ['x'],
  [tf.IsFinite]: ['x'],
  [tf.IsInf]: ['x'],
  [tf.IsNan]: ['x'],
  [tf.FloorDiv]: ['a', 'b'],
};

/** What changes in steps: its derivative is zero. */
export const zero: readonly GradientOverride[] = Object.entries(constants).map(([kernelName, inputs]) => ({
  kernelName,
  because: 'TensorFlow.js has none and stops where it meets one, or that of something smooth',
  inputsToSave: [...inputs],
  gradFunc: (_, saved) => Object.fromEntries(saved.map((input, at) => [inputs[at]!, () => tf.zeros(input.shape)])),
}));
