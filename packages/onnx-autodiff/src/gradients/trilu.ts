import type { GradientRule } from '../gradient-rule.ts';

export const trilu: GradientRule = {
  operator: 'Trilu',
  opsets: [14, 26],
  covers: 'Upper and lower triangles, any diagonal.',
  inputs: [0],
  gradient({ node, inputs: [, diagonal], gradients: [dy], graph }) {
    return { 0: () => graph.op('Trilu', [dy, diagonal], { upper: node.int('upper', 1) }) };
  },
};
