import type { GradientRule } from '../gradient-rule.ts';

export const erf: GradientRule = {
  operator: 'Erf',
  opsets: [9, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => {
        // 2 / sqrt(pi) exp(-x^2), its factor moved into the exponent to save a pass.
        const exponent = graph.sub(graph.scalarLike(x!, Math.log(2 / Math.sqrt(Math.PI))), graph.mul(x!, x!));
        return graph.mul(dy!, graph.op('Exp', [exponent]));
      },
    };
  },
};
