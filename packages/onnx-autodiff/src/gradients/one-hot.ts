import type { GradientRule } from '../gradient-rule.ts';

export const oneHot: GradientRule = {
  operator: 'OneHot',
  opsets: [9, 26],
  covers: 'The pair of values; every axis.',
  inputs: [2],
  gradient({ node, inputs: [indices, depth, values], gradients: [dy], graph }) {
    return {
      2: () => {
        const pair = graph.constant({ type: values!.type ?? 'float32', dims: [2], values: [0, 1] });
        const hot = graph.op('OneHot', [indices, depth, pair], { axis: node.int('axis', -1) });
        const total = (value: typeof hot) => graph.reshape(graph.op('ReduceSum', [value], { keepdims: 0 }), [1]);
        const on = total(graph.mul(dy!, hot));
        return graph.concat([graph.sub(total(dy!), on), on], 0);
      },
    };
  },
};
