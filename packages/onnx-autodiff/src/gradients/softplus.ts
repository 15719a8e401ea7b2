import type { GradientRule } from '../gradient-rule.ts';

export const softplus: GradientRule = {
  operator: 'Softplus',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.mul(dy!, graph.op('Sigmoid', [x])),
    };
  },
};
