import type { GradientRule } from '../gradient-rule.ts';
import { alignReduced } from '../support/reduction.ts';

export const reduceLogSumExp: GradientRule = {
  operator: 'ReduceLogSumExp',
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
        // Where every term is -Infinity so is the output, and their difference would be NaN.
        const empty = graph.op('Equal', [y, graph.scalarLike(dy!, -Infinity)]);
        const finite = graph.where(empty, graph.scalarLike(dy!, 0), y!);
        const share = graph.op('Exp', [graph.sub(x!, alignReduced(context, finite))]);
        return graph.mul(share, alignReduced(context, dy!));
      },
    };
  },
};
