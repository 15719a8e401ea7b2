import type { GradientRule } from '../gradient-rule.ts';

export const softmax: GradientRule = {
  operator: 'Softmax',
  opsets: [7, 26],
  covers: 'Any axis.',
  gradient({ node, outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => {
        const total = graph.reduceSum(graph.mul(dy!, y!), [node.int('axis', -1)]);
        return graph.mul(graph.sub(dy!, total), y!);
      },
    };
  },
};
