import type { GradientRule } from '../gradient-rule.ts';

export const mish: GradientRule = {
  operator: 'Mish',
  opsets: [18, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => {
        // y = x t with t = tanh(softplus(x)), so y' = t + sigmoid(x) (x - x t^2) and x t^2 = y t.
        const t = graph.op('Tanh', [graph.op('Softplus', [x])]);
        const bend = graph.mul(graph.op('Sigmoid', [x]), graph.sub(x!, graph.mul(y!, t)));
        return graph.mul(dy!, graph.add(t, bend));
      },
    };
  },
};
