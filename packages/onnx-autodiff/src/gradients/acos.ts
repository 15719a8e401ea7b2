import type { GradientRule } from '../gradient-rule.ts';

export const acos: GradientRule = {
  operator: 'Acos',
  opsets: [7, 26],
  covers: 'Everything; infinite at -1 and 1.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.neg(graph.div(dy!, graph.op('Sqrt', [graph.sub(graph.scalarLike(x!, 1), graph.mul(x!, x!))]))),
    };
  },
};
