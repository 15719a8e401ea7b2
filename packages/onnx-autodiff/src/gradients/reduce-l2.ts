import type { GradientRule } from '../gradient-rule.ts';
import { alignReduced } from '../support/reduction.ts';

export const reduceL2: GradientRule = {
  operator: 'ReduceL2',
  opsets: [7, 26],
  covers: 'Axes given, computed or left out; keepdims; noop_with_empty_axes. At 0 the gradient is 0, as in PyTorch.',
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
        const zero = graph.scalarLike(dy!, 0);
        const factor = graph.where(graph.op('Equal', [y, zero]), zero, graph.div(dy!, y!));
        return graph.mul(x!, alignReduced(context, factor));
      },
    };
  },
};
