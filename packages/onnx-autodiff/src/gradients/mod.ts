import type { GradientRule } from '../gradient-rule.ts';

export const mod: GradientRule = {
  operator: 'Mod',
  opsets: [10, 26],
  covers: 'Floating-point numbers, broadcasting of either side. The whole quotient counts as constant, as in PyTorch.',
  gradient({ inputs: [a, b], outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => graph.unbroadcast(dy!, a!),
      1: () => {
        const quotient = graph.op('Round', [graph.div(graph.sub(a!, y!), b!)]);
        return graph.neg(graph.unbroadcast(graph.mul(dy!, quotient), b!));
      },
    };
  },
};
