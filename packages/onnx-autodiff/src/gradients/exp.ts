import type { GradientRule } from '../gradient-rule.ts';

export const exp: GradientRule = {
  operator: 'Exp',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => graph.mul(dy!, y!),
    };
  },
};
