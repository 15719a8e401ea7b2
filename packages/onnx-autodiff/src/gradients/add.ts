import type { GradientRule } from '../gradient-rule.ts';

export const add: GradientRule = {
  operator: 'Add',
  opsets: [7, 26],
  covers: 'Broadcasting of either side.',
  gradient({ inputs: [a, b], gradients: [dy], graph }) {
    return {
      0: () => graph.unbroadcast(dy!, a!),
      1: () => graph.unbroadcast(dy!, b!),
    };
  },
};
