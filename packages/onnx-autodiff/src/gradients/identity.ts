import type { GradientRule } from '../gradient-rule.ts';

export const identity: GradientRule = {
  operator: 'Identity',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient: ({ gradients: [dy] }) => ({ 0: () => dy! }),
};
