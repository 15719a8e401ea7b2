import type { GradientRule } from '../gradient-rule.ts';
import { extremum } from '../support/extremum.ts';

export const max: GradientRule = {
  operator: 'Max',
  opsets: [7, 26],
  covers: 'Any number of inputs, broadcasting. Inputs that tie share the gradient evenly, as in PyTorch.',
  gradient: (context) => extremum(context, 'GreaterOrEqual'),
};
