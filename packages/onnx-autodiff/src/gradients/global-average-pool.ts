import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { range } from '../range.ts';
import { divideByCount } from '../support/sizes.ts';

export const globalAveragePool: GradientRule = {
  operator: 'GlobalAveragePool',
  opsets: [7, 26],
  covers: 'Any number of spatial axes.',
  gradient({ node, inputs: [x], gradients: [dy], graph }) {
    const rank = x!.shape?.length;
    if (rank === undefined)
      throw errors.ruleLimit(node.operator, node.name, 'an input of unknown rank', 'an input of known rank');
    return { 0: () => graph.expandLike(divideByCount(graph, dy!, x!, range(2, rank)), x!) };
  },
};
