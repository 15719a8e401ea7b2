import type { GradientRule } from '../gradient-rule.ts';

export const hardSwish: GradientRule = {
  operator: 'HardSwish',
  opsets: [14, 26],
  covers: 'The gradient at -3 is 0 and at 3 it is 1, as in PyTorch.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    const number = (value: number) => graph.scalarLike(x!, value);
    return {
      0: () => {
        const slope = graph.scale(graph.add(x!, number(1.5)), 1 / 3);
        const lower = graph.where(graph.op('Greater', [x, number(-3)]), slope, number(0));
        return graph.mul(dy!, graph.where(graph.op('Less', [x, number(3)]), lower, number(1)));
      },
    };
  },
};
