import type { GradientRule } from '../gradient-rule.ts';

export const lpNormalization: GradientRule = {
  operator: 'LpNormalization',
  opsets: [7, 26],
  covers: 'p = 1 and p = 2, any axis; the gradient of a zero vector is 0.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    const axes = graph.ints([node.int('axis', -1)]);
    const p = node.int('p', 2);
    return {
      0: () => {
        const norm = graph.op(p === 1 ? 'ReduceL1' : 'ReduceL2', [x, axes], { keepdims: 1 });
        const zero = graph.scalarLike(x!, 0);
        const inverse = graph.where(graph.op('Greater', [norm, zero]), graph.op('Reciprocal', [norm]), zero);
        const along = graph.op('ReduceSum', [graph.mul(dy!, y!), axes], { keepdims: 1 });
        const direction = p === 1 ? graph.op('Sign', [x]) : y!;
        return graph.mul(graph.sub(dy!, graph.mul(direction, along)), inverse);
      },
    };
  },
};
