import type { GradientRule } from '../gradient-rule.ts';
import { throughPower } from '../support/lp-norm.ts';
import { readPoolingWindow, spreadOverWindows } from '../support/pooling.ts';

export const lpPool: GradientRule = {
  operator: 'LpPool',
  opsets: [7, 26],
  covers: 'Every p, ceil_mode, dilations, explicit and automatic padding; the gradient of a window of zeros is 0.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    const window = readPoolingWindow(node, x!);
    const spread = (share: NonNullable<typeof dy>) => spreadOverWindows(graph, share, x!, window);
    return { 0: () => throughPower(graph, x!, y!, dy!, node.int('p', 2), spread) };
  },
};
