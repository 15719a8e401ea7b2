import type { GradientRule } from '../gradient-rule.ts';

export const dynamicQuantizeLinear: GradientRule = {
  operator: 'DynamicQuantizeLinear',
  opsets: [11, 26],
  covers:
    "By the straight-through rule: rounding counts as the identity, scale and zero point, which follow from the tensor's range, as constants.",
  straightThrough: true,
  gradient({ inputs: [x], outputs: [, scale], gradients: [dq], graph }) {
    return { 0: () => (dq ? graph.div(dq, scale!) : graph.zerosLike(x!)) };
  },
};
