import type { GradientRule } from '../gradient-rule.ts';

export const mul: GradientRule = {
  operator: 'Mul',
  opsets: [7, 26],
  covers: 'Broadcasting of either side.',
  gradient({ inputs: [a, b], gradients: [dy], graph }) {
    return {
      0: () => graph.unbroadcast(graph.mul(dy!, b!), a!),
      1: () => graph.unbroadcast(graph.mul(dy!, a!), b!),
    };
  },
};
