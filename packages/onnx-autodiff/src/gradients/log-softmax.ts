import type { GradientRule } from '../gradient-rule.ts';

export const logSoftmax: GradientRule = {
  operator: 'LogSoftmax',
  opsets: [7, 26],
  covers: 'Any axis.',
  gradient({ node, outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => {
        const total = graph.reduceSum(dy!, [node.int('axis', -1)]);
        return graph.sub(dy!, graph.mul(graph.op('Exp', [y]), total));
      },
    };
  },
};
