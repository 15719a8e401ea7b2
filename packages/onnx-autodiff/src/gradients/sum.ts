import type { GradientRule } from '../gradient-rule.ts';

export const sum: GradientRule = {
  operator: 'Sum',
  opsets: [7, 26],
  covers: 'Any number of inputs, broadcasting.',
  gradient({ inputs, gradients: [dy], graph }) {
    return Object.fromEntries(inputs.map((input, at) => [at, () => graph.unbroadcast(dy!, input!)] as const));
  },
};
