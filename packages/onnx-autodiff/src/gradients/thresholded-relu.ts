import type { GradientRule } from '../gradient-rule.ts';

export const thresholdedRelu: GradientRule = {
  operator: 'ThresholdedRelu',
  opsets: [10, 26],
  covers: 'Any alpha. The gradient at alpha is 0, as in PyTorch.',
  gradient({ node, inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => {
        const above = graph.op('Greater', [x, graph.scalarLike(x!, node.float('alpha', 1))]);
        return graph.where(above, dy!, graph.scalarLike(dy!, 0));
      },
    };
  },
};
