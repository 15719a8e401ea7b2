import type { GradientRule } from '../gradient-rule.ts';

export const reshape: GradientRule = {
  operator: 'Reshape',
  opsets: [7, 26],
  covers: 'Every shape: 0, -1, allowzero, computed shapes.',
  inputs: [0],
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return { 0: () => graph.reshapeLike(dy!, x!) };
  },
};
