import type { GradientRule } from '../gradient-rule.ts';

export const unsqueeze: GradientRule = {
  operator: 'Unsqueeze',
  opsets: [7, 26],
  covers: 'Axes given or computed, negative ones too.',
  inputs: [0],
  gradient({ inputs: [x, axesInput], gradients: [dy], graph }) {
    return { 0: () => graph.withShape(graph.op('Squeeze', [dy!, axesInput]), x!) };
  },
};
