import type { GradientRule } from '../gradient-rule.ts';

export const log: GradientRule = {
  operator: 'Log',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => graph.div(dy!, x!),
    };
  },
};
