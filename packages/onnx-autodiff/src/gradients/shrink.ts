import type { GradientRule } from '../gradient-rule.ts';

export const shrink: GradientRule = {
  operator: 'Shrink',
  opsets: [9, 26],
  covers: 'Any lambd and bias. The gradient at -lambd and lambd is 0, as in PyTorch.',
  gradient({ node, inputs: [x], gradients: [dy], graph }) {
    const lambda = node.float('lambd', 0.5);
    return {
      0: () => {
        const low = graph.op('Less', [x, graph.scalarLike(x!, -lambda)]);
        const outside = graph.op('Or', [low, graph.op('Greater', [x, graph.scalarLike(x!, lambda)])]);
        return graph.where(outside, dy!, graph.scalarLike(dy!, 0));
      },
    };
  },
};
