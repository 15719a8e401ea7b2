import type { GradientRule } from '../gradient-rule.ts';

export const leakyRelu: GradientRule = {
  operator: 'LeakyRelu',
  opsets: [7, 26],
  covers: 'Any alpha. The gradient at 0 is alpha, as in PyTorch.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    const alpha = node.float('alpha', 0.01);
    // The output has the sign of the input only where alpha is not negative; it leaves Conv + LeakyRelu fused.
    const decides = alpha >= 0 ? y! : x!;
    return {
      0: () => {
        const positive = graph.op('Greater', [decides, graph.scalarLike(dy!, 0)]);
        return graph.where(positive, dy!, graph.scale(dy!, alpha));
      },
    };
  },
};
