import type { GradientRule } from '../gradient-rule.ts';

export const globalMaxPool: GradientRule = {
  operator: 'GlobalMaxPool',
  opsets: [7, 26],
  covers: 'Any number of spatial axes; the first maximum takes the whole gradient.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => {
        const flat = graph.reshape(x!, [0, 0, -1]);
        const places = graph.op('ArgMax', [flat], { axis: 2, keepdims: 1 });
        const scattered = graph.op('ScatterElements', [graph.zerosLike(flat), places, graph.reshape(dy!, [0, 0, 1])], {
          axis: 2,
        });
        return graph.withShape(graph.reshape(scattered, graph.shapeOf(x!)), x!);
      },
    };
  },
};
