import type { GradientRule } from '../gradient-rule.ts';
import { geluSlope, tanhGeluSlope } from '../support/gelu-slope.ts';

export const gelu: GradientRule = {
  operator: 'Gelu',
  opsets: [20, 26],
  covers: 'Exact and approximated by tanh.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    const tanh = node.string('approximate', 'none') === 'tanh';
    return { 0: () => graph.mul(dy!, tanh ? tanhGeluSlope(graph, x!, y!) : geluSlope(graph, x!)) };
  },
};
