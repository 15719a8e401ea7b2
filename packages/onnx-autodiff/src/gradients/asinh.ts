import type { GradientRule } from '../gradient-rule.ts';

export const asinh: GradientRule = {
  operator: 'Asinh',
  opsets: [9, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.div(dy!, graph.op('Sqrt', [graph.add(graph.mul(x!, x!), graph.scalarLike(x!, 1))])),
    };
  },
};
