import type { GradientRule } from '../gradient-rule.ts';

export const range: GradientRule = {
  operator: 'Range',
  opsets: [11, 26],
  covers: 'Floating-point start and delta; the limit, which only decides how many elements there are, has no gradient.',
  inputs: [0, 2],
  gradient({ outputs: [y], gradients: [dy], graph }) {
    return {
      0: () => graph.reduceSum(dy!, [0], false),
      2: () => {
        const int = (value: number) => graph.constant({ type: 'int64', dims: [], values: [value] });
        const places = graph.op('Range', [int(0), graph.op('Size', [y]), int(1)]);
        return graph.reduceSum(graph.mul(dy!, graph.cast(places, dy!.type ?? 'float32')), [0], false);
      },
    };
  },
};
