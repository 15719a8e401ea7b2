import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { throughPower } from '../support/lp-norm.ts';
import { spreadOverWindows } from '../support/pooling.ts';
import { readWindow } from '../support/window.ts';

export const lpPool: GradientRule = {
  operator: 'LpPool',
  opsets: [7, 26],
  covers: 'Every p, ceil_mode, dilations, explicit and automatic padding; the gradient of a window of zeros is 0.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    const window = readWindow(node, x!.shape);
    if (!window) throw errors.ruleLimit(node.operator, node.name, 'no kernel_shape', 'the attribute kernel_shape');
    const spread = (share: NonNullable<typeof dy>) => spreadOverWindows(graph, share, x!, window);
    return { 0: () => throughPower(graph, x!, y!, dy!, node.int('p', 2), spread) };
  },
};
