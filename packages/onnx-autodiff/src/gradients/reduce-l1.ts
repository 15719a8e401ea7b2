import type { GradientRule } from '../gradient-rule.ts';
import { alignReduced } from '../support/reduction.ts';

export const reduceL1: GradientRule = {
  operator: 'ReduceL1',
  opsets: [7, 26],
  covers: 'Axes given, computed or left out; keepdims; noop_with_empty_axes. At 0 the gradient is 0, as in PyTorch.',
  inputs: [0],
  gradient(context) {
    const {
      inputs: [x],
      gradients: [dy],
      graph,
    } = context;
    return {
      0: () => {
        return graph.mul(graph.op('Sign', [x]), alignReduced(context, dy!));
      },
    };
  },
};
