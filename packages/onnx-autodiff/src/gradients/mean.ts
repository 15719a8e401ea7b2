import type { GradientRule } from '../gradient-rule.ts';

export const mean: GradientRule = {
  operator: 'Mean',
  opsets: [7, 26],
  covers: 'Any number of inputs, broadcasting.',
  gradient({ inputs, gradients: [dy], graph }) {
    return Object.fromEntries(
      inputs.map((input, at) => [at, () => graph.scale(graph.unbroadcast(dy!, input!), 1 / inputs.length)] as const),
    );
  },
};
