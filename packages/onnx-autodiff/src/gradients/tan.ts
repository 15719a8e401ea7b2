import type { GradientRule } from '../gradient-rule.ts';

export const tan: GradientRule = {
  operator: 'Tan',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => graph.mul(dy!, graph.add(graph.mul(y!, y!), graph.scalarLike(y!, 1))),
    };
  },
};
