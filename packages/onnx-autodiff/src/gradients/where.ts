import type { GradientRule } from '../gradient-rule.ts';

export const where: GradientRule = {
  operator: 'Where',
  opsets: [9, 26],
  covers: 'Broadcasting of all three inputs; the condition has no gradient.',
  inputs: [1, 2],
  gradient({ inputs: [condition, yes, no], gradients: [dy], graph }) {
    const zero = () => graph.scalarLike(dy!, 0);
    return {
      1: () => graph.unbroadcast(graph.where(condition!, dy!, zero()), yes!),
      2: () => graph.unbroadcast(graph.where(condition!, zero(), dy!), no!),
    };
  },
};
