import type { GradientRule } from '../gradient-rule.ts';
import { shareOfExtremum } from '../support/reduction.ts';

export const reduceMax: GradientRule = {
  operator: 'ReduceMax',
  opsets: [7, 26],
  covers:
    'Axes given, computed or left out; keepdims; noop_with_empty_axes. Ties share the gradient evenly, as in PyTorch.',
  inputs: [0],
  gradient(context) {
    return { 0: () => shareOfExtremum(context) };
  },
};
