import type { GradientRule } from '../gradient-rule.ts';

export const sub: GradientRule = {
  operator: 'Sub',
  opsets: [7, 26],
  covers: 'Broadcasting of either side.',
  gradient({ inputs: [a, b], gradients: [dy], graph }) {
    return {
      0: () => graph.unbroadcast(dy!, a!),
      1: () => graph.neg(graph.unbroadcast(dy!, b!)),
    };
  },
};
