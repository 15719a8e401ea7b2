import type { GradientRule } from '../gradient-rule.ts';

export const softsign: GradientRule = {
  operator: 'Softsign',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => {
        const denominator = graph.add(graph.op('Abs', [x]), graph.scalarLike(x!, 1));
        return graph.div(dy!, graph.mul(denominator, denominator));
      },
    };
  },
};
