import type { GradientRule } from '../gradient-rule.ts';

export const cumSum: GradientRule = {
  operator: 'CumSum',
  opsets: [11, 26],
  covers: 'exclusive and reverse; computed axes.',
  inputs: [0],
  gradient({ node, inputs: [, axis], gradients: [dy], graph }) {
    return {
      0: () =>
        graph.op('CumSum', [dy, axis], {
          exclusive: node.int('exclusive', 0),
          reverse: 1 - node.int('reverse', 0),
        }),
    };
  },
};
