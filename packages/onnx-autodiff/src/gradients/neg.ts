import type { GradientRule } from '../gradient-rule.ts';

export const neg: GradientRule = {
  operator: 'Neg',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ outputs: [], gradients: [dy], graph }) {
    return {
      0: () => graph.neg(dy!),
    };
  },
};
