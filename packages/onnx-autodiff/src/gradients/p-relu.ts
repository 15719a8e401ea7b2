import type { GradientRule } from '../gradient-rule.ts';

export const pRelu: GradientRule = {
  operator: 'PRelu',
  opsets: [7, 26],
  covers: 'Both inputs, the slope broadcast. The gradient at 0 is the slope, as in PyTorch.',
  gradient({ inputs: [x, slope], gradients: [dy], graph }) {
    const zero = () => graph.scalarLike(dy!, 0);
    return {
      0: () => graph.where(graph.op('Greater', [x, zero()]), dy!, graph.mul(dy!, slope!)),
      1: () => graph.unbroadcast(graph.mul(dy!, graph.op('Min', [x, zero()])), slope!),
    };
  },
};
