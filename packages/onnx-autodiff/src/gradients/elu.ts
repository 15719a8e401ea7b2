import type { GradientRule } from '../gradient-rule.ts';

export const elu: GradientRule = {
  operator: 'Elu',
  opsets: [7, 26],
  covers: 'Any alpha. The gradient at 0 is alpha, as in PyTorch.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    const alpha = node.float('alpha', 1);
    const number = (value: number) => graph.scalarLike(dy!, value);
    return {
      0: () => {
        const slope = graph.add(y!, number(alpha));
        if (alpha === 1) return graph.mul(dy!, graph.op('Min', [slope, number(1)]));
        // The output has the sign of the input only where alpha is not negative.
        const positive = graph.op('Greater', [alpha >= 0 ? y : x, number(0)]);
        return graph.where(positive, dy!, graph.mul(dy!, slope));
      },
    };
  },
};
