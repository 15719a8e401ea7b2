import type { GradientRule } from '../gradient-rule.ts';

export const tanh: GradientRule = {
  operator: 'Tanh',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => graph.mul(dy!, graph.sub(graph.scalarLike(y!, 1), graph.mul(y!, y!))),
    };
  },
};
