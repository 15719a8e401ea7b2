import type { GradientRule } from '../gradient-rule.ts';

export const reverseSequence: GradientRule = {
  operator: 'ReverseSequence',
  opsets: [10, 26],
  covers: 'Both layouts of batch and time.',
  inputs: [0],
  gradient({ node, inputs: [, lengths], gradients: [dy], graph }) {
    return {
      0: () =>
        graph.op('ReverseSequence', [dy, lengths], {
          batch_axis: node.int('batch_axis', 1),
          time_axis: node.int('time_axis', 0),
        }),
    };
  },
};
