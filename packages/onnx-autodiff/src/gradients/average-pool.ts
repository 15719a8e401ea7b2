import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { divideByWindowCounts, spreadOverWindows } from '../support/pooling.ts';
import { readWindow } from '../support/window.ts';

export const averagePool: GradientRule = {
  operator: 'AveragePool',
  opsets: [7, 26],
  covers: 'count_include_pad, ceil_mode, dilations, explicit and automatic padding.',
  gradient({ node, inputs: [x], gradients: [dy], graph }) {
    const window = readWindow(node, x!.shape);
    if (!window) throw errors.ruleLimit(node.operator, node.name, 'no kernel_shape', 'the attribute kernel_shape');
    return {
      0: () => {
        const countPadding = node.int('count_include_pad', 0) !== 0;
        const share = divideByWindowCounts(graph, dy!, x!, window, countPadding);
        return spreadOverWindows(graph, graph.withShape(share, dy!), x!, window);
      },
    };
  },
};
