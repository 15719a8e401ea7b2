import type { GradientRule } from '../gradient-rule.ts';
import { divideByWindowCounts, readPoolingWindow, spreadOverWindows } from '../support/pooling.ts';

export const averagePool: GradientRule = {
  operator: 'AveragePool',
  opsets: [7, 26],
  covers: 'count_include_pad, ceil_mode, dilations, explicit and automatic padding.',
  gradient({ node, inputs: [x], gradients: [dy], graph }) {
    const window = readPoolingWindow(node, x!);
    return {
      0: () => {
        const countPadding = node.int('count_include_pad', 0) !== 0;
        const share = divideByWindowCounts(graph, dy!, x!, window, countPadding);
        return spreadOverWindows(graph, graph.withShape(share, dy!), x!, window);
      },
    };
  },
};
