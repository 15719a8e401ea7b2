import type { GradientRule } from '../gradient-rule.ts';

export const atanh: GradientRule = {
  operator: 'Atanh',
  opsets: [9, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.div(dy!, graph.sub(graph.scalarLike(x!, 1), graph.mul(x!, x!))),
    };
  },
};
