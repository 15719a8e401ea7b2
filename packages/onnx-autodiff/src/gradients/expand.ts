import type { GradientRule } from '../gradient-rule.ts';

export const expand: GradientRule = {
  operator: 'Expand',
  opsets: [8, 26],
  covers: 'Every shape, computed ones too.',
  inputs: [0],
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return { 0: () => graph.unbroadcast(dy!, x!) };
  },
};
