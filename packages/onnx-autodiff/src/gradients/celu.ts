import type { GradientRule } from '../gradient-rule.ts';

export const celu: GradientRule = {
  operator: 'Celu',
  opsets: [12, 26],
  covers: 'Any alpha.',
  gradient({ node, outputs: [y], gradients: [dy], graph }) {
    const alpha = node.float('alpha', 1);
    const number = (value: number) => graph.scalarLike(dy!, value);
    return {
      0: () => {
        // alpha (exp(x / alpha) - 1) has the slope exp(x / alpha) = y / alpha + 1, which is 1 where the linear half begins.
        const slope = graph.add(graph.scale(y!, 1 / alpha), number(1));
        if (alpha > 0) return graph.mul(dy!, graph.op('Min', [slope, number(1)]));
        return graph.mul(dy!, graph.where(graph.op('Greater', [y, number(0)]), number(1), slope));
      },
    };
  },
};
