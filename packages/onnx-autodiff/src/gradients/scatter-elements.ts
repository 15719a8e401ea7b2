import type { GradientRule } from '../gradient-rule.ts';
import { scatterReduction } from '../support/scatter-reduction.ts';

export const scatterElements: GradientRule = {
  operator: 'ScatterElements',
  opsets: [11, 26],
  covers: 'Data and updates; reductions none, add, mul, max and min, where ties share evenly.',
  inputs: [0, 2],
  gradient({ node, inputs: [data, indices, updates], outputs: [output], gradients: [dy], graph }) {
    const axis = node.int('axis', 0);
    const reduction = node.string('reduction', 'none');
    if (reduction === 'none' || reduction === 'add') {
      return {
        0: () =>
          reduction === 'add' ? dy! : graph.op('ScatterElements', [dy, indices, graph.zerosLike(updates!)], { axis }),
        2: () => graph.op('GatherElements', [dy, indices], { axis }),
      };
    }
    const sides = scatterReduction(graph, {
      data: data!,
      indices: indices!,
      updates: updates!,
      output: output!,
      gradient: dy!,
      axis,
      reduction,
    });
    return { 0: sides.data, 2: sides.updates };
  },
};
