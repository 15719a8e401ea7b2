import type { GradientRule } from '../gradient-rule.ts';

export const hardSigmoid: GradientRule = {
  operator: 'HardSigmoid',
  opsets: [7, 26],
  covers: 'Any alpha and beta. The gradient is 0 where the result is 0 or 1, as in PyTorch.',
  gradient({ node, outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => {
        const [zero, one] = [graph.scalarLike(dy!, 0), graph.scalarLike(dy!, 1)];
        const inside = graph.op('And', [graph.op('Greater', [y, zero]), graph.op('Less', [y, one])]);
        return graph.where(inside, graph.scale(dy!, node.float('alpha', 0.2)), zero);
      },
    };
  },
};
