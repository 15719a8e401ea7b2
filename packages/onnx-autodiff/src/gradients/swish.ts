import type { GradientRule } from '../gradient-rule.ts';
import { swishSlope } from '../support/swish-slope.ts';

export const swish: GradientRule = {
  operator: 'Swish',
  opsets: [24, 26],
  covers: 'Any alpha.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    return { 0: () => graph.mul(dy!, swishSlope(graph, x!, y!, node.float('alpha', 1))) };
  },
};
