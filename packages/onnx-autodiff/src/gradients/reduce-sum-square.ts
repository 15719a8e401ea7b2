import type { GradientRule } from '../gradient-rule.ts';
import { alignReduced } from '../support/reduction.ts';

export const reduceSumSquare: GradientRule = {
  operator: 'ReduceSumSquare',
  opsets: [7, 26],
  covers: 'Axes given, computed or left out; keepdims; noop_with_empty_axes.',
  inputs: [0],
  gradient(context) {
    const {
      inputs: [x],
      gradients: [dy],
      graph,
    } = context;
    return {
      0: () => {
        return graph.mul(x!, alignReduced(context, graph.scale(dy!, 2)));
      },
    };
  },
};
