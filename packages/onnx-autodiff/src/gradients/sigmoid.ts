import type { GradientRule } from '../gradient-rule.ts';

export const sigmoid: GradientRule = {
  operator: 'Sigmoid',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => graph.mul(dy!, graph.mul(y!, graph.sub(graph.scalarLike(y!, 1), y!))),
    };
  },
};
