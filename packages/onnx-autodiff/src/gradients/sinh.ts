import type { GradientRule } from '../gradient-rule.ts';

export const sinh: GradientRule = {
  operator: 'Sinh',
  opsets: [9, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.mul(dy!, graph.op('Cosh', [x])),
    };
  },
};
