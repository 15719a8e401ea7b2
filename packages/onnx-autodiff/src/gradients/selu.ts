import type { GradientRule } from '../gradient-rule.ts';

export const selu: GradientRule = {
  operator: 'Selu',
  opsets: [7, 26],
  covers: 'Any alpha and gamma. The gradient at 0 is alpha times gamma, as in PyTorch.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    const alpha = node.float('alpha', 1.6732632423543772);
    const gamma = node.float('gamma', 1.0507009873554805);
    const number = (value: number) => graph.scalarLike(dy!, value);
    return {
      0: () => {
        const positive = graph.op('Greater', [alpha >= 0 && gamma > 0 ? y : x, number(0)]);
        return graph.mul(dy!, graph.where(positive, number(gamma), graph.add(y!, number(alpha * gamma))));
      },
    };
  },
};
