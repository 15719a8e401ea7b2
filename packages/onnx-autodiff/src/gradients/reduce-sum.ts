import type { GradientRule } from '../gradient-rule.ts';
import { alignReduced } from '../support/reduction.ts';

export const reduceSum: GradientRule = {
  operator: 'ReduceSum',
  opsets: [7, 26],
  covers: 'Axes given, computed or left out; keepdims; noop_with_empty_axes.',
  inputs: [0],
  gradient(context) {
    const {
      inputs: [x],
      gradients: [dy],
      graph,
    } = context;
    return { 0: () => graph.expandLike(alignReduced(context, dy!), x!) };
  },
};
