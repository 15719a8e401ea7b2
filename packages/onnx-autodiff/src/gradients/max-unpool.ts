import type { GradientRule } from '../gradient-rule.ts';

export const maxUnpool: GradientRule = {
  operator: 'MaxUnpool',
  opsets: [9, 26],
  covers: 'Everything; of values that share a place each has the whole gradient, as in PyTorch.',
  inputs: [0],
  gradient: ({ inputs: [, places], gradients: [dy], graph }) => ({
    0: () => graph.op('Gather', [graph.reshape(dy!, [-1]), places], { axis: 0 }),
  }),
};
