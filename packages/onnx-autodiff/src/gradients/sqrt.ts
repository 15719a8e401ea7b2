import type { GradientRule } from '../gradient-rule.ts';

export const sqrt: GradientRule = {
  operator: 'Sqrt',
  opsets: [7, 26],
  covers: 'Everything; infinite at 0, as in PyTorch.',
  gradient({ outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => graph.div(graph.scale(dy!, 0.5), y!),
    };
  },
};
