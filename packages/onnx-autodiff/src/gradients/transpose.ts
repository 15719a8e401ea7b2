import type { GradientRule } from '../gradient-rule.ts';

export const transpose: GradientRule = {
  operator: 'Transpose',
  opsets: [7, 26],
  covers: 'Every permutation; without one the axes are reversed.',
  gradient({ node, gradients: [dy], graph }) {
    return {
      0: () => {
        const perm = node.ints('perm');
        if (!perm) return graph.op('Transpose', [dy!]);
        return graph.transpose(
          dy!,
          perm.map((_, axis) => perm.indexOf(axis)),
        );
      },
    };
  },
};
