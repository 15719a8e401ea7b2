import type { GradientRule } from '../gradient-rule.ts';

export const acosh: GradientRule = {
  operator: 'Acosh',
  opsets: [9, 26],
  covers: 'Everything; infinite at 1.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.div(dy!, graph.op('Sqrt', [graph.sub(graph.mul(x!, x!), graph.scalarLike(x!, 1))])),
    };
  },
};
