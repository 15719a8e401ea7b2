import type { GradientRule } from '../gradient-rule.ts';

export const flatten: GradientRule = {
  operator: 'Flatten',
  opsets: [7, 26],
  covers: 'Every axis, 0 and negative ones too.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return { 0: () => graph.reshapeLike(dy!, x!) };
  },
};
