import type { GradientRule } from '../gradient-rule.ts';

export const abs: GradientRule = {
  operator: 'Abs',
  opsets: [7, 26],
  covers: 'The gradient at 0 is 0, as in PyTorch.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.mul(dy!, graph.op('Sign', [x])),
    };
  },
};
