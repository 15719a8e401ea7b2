import type { GradientRule } from '../gradient-rule.ts';
import { swishSlope } from '../support/swish-slope.ts';

export const microsoftQuickGelu: GradientRule = {
  operator: 'QuickGelu',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers: 'Any alpha.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    return { 0: () => graph.mul(dy!, swishSlope(graph, x!, y!, node.float('alpha', 1.702))) };
  },
};
