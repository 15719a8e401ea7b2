import type { GradientRule } from '../gradient-rule.ts';

export const div: GradientRule = {
  operator: 'Div',
  opsets: [7, 26],
  covers: 'Broadcasting of either side.',
  gradient({ inputs: [a, b], outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => graph.unbroadcast(graph.div(dy!, b!), a!),
      // d(a/b)/db = -y/b, and b is constant along the axes that are summed, so that the division comes after the sum.
      1: () => graph.neg(graph.div(graph.unbroadcast(graph.mul(dy!, y!), b!), b!)),
    };
  },
};
