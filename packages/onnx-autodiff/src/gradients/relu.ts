import type { GradientRule } from '../gradient-rule.ts';
import { gate } from '../support/gate.ts';

export const relu: GradientRule = {
  operator: 'Relu',
  opsets: [7, 26],
  covers: 'The gradient at 0 is 0, as in PyTorch.',
  gradient({ outputs: [y], gradients: [dy], graph }) {
    return {
      // The output decides as well as the input does, and leaves Conv + Relu fused.
      0: () => gate(graph, dy!, y!, 0),
    };
  },
};
