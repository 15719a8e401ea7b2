import type { GradientRule } from '../gradient-rule.ts';
import { alignReduced, sumAlike } from '../support/reduction.ts';

export const reduceProd: GradientRule = {
  operator: 'ReduceProd',
  opsets: [7, 26],
  covers: 'Axes given, computed or left out; keepdims; noop_with_empty_axes. Zeros among the factors are exact.',
  inputs: [0],
  gradient(context) {
    const {
      inputs: [x],
      gradients: [dy],
      graph,
    } = context;
    return {
      0: () => {
        // The product without its zeros and the number of them tell what is left when one factor is taken away.
        const number = (value: number) => graph.scalarLike(dy!, value);
        const isZero = graph.op('Equal', [x, number(0)]);
        const factors = graph.where(isZero, number(1), x!);
        const zeros = sumAlike(context, graph.cast(isZero, dy!.type ?? 'float32'));
        const [, axes] = context.inputs;
        const product = graph.op('ReduceProd', [factors, axes], {
          keepdims: 1,
          noop_with_empty_axes: context.node.int('noop_with_empty_axes', 0),
        });
        const left = graph.mul(product, alignReduced(context, dy!));
        const allowed = graph.where(isZero, number(1), number(0));
        return graph.where(graph.op('Equal', [zeros, allowed]), graph.div(left, factors), number(0));
      },
    };
  },
};
