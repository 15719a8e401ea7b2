import type { GradientRule } from '../gradient-rule.ts';
import { throughPower } from '../support/lp-norm.ts';

export const globalLpPool: GradientRule = {
  operator: 'GlobalLpPool',
  opsets: [7, 26],
  covers: 'Every p, any number of spatial axes; the gradient of zeros is 0.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    return { 0: () => throughPower(graph, x!, y!, dy!, node.int('p', 2), (share) => share) };
  },
};
