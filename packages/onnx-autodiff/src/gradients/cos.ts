import type { GradientRule } from '../gradient-rule.ts';

export const cos: GradientRule = {
  operator: 'Cos',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.neg(graph.mul(dy!, graph.op('Sin', [x]))),
    };
  },
};
