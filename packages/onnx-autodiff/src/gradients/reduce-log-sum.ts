import type { GradientRule } from '../gradient-rule.ts';
import { alignReduced } from '../support/reduction.ts';

export const reduceLogSum: GradientRule = {
  operator: 'ReduceLogSum',
  opsets: [7, 26],
  covers: 'Axes given, computed or left out; keepdims; noop_with_empty_axes.',
  inputs: [0],
  gradient(context) {
    const {
      inputs: [x],
      outputs: [y],
      gradients: [dy],
      graph,
    } = context;
    return {
      0: () => {
        // The output is the logarithm of the sum that divides.
        return graph.expandLike(alignReduced(context, graph.mul(dy!, graph.op('Exp', [graph.neg(y!)]))), x!);
      },
    };
  },
};
