import type { GradientRule } from '../gradient-rule.ts';

export const split: GradientRule = {
  operator: 'Split',
  opsets: [7, 26],
  covers: 'Parts given, computed, or by their number with an uneven last one; parts without a gradient count as zero.',
  inputs: [0],
  gradient({ node, inputs: [x], outputs, gradients, graph }) {
    return {
      0: () => {
        const parts = outputs.map((output, index) => gradients[index] ?? graph.zerosLike(output!));
        return graph.withShape(graph.concat(parts, node.int('axis', 0)), x!);
      },
    };
  },
};
