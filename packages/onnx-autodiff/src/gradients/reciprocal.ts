import type { GradientRule } from '../gradient-rule.ts';

export const reciprocal: GradientRule = {
  operator: 'Reciprocal',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => graph.neg(graph.mul(dy!, graph.mul(y!, y!))),
    };
  },
};
