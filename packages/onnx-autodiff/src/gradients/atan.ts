import type { GradientRule } from '../gradient-rule.ts';

export const atan: GradientRule = {
  operator: 'Atan',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.div(dy!, graph.add(graph.mul(x!, x!), graph.scalarLike(x!, 1))),
    };
  },
};
