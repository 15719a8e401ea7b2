import type { GradientRule } from '../gradient-rule.ts';

export const squeeze: GradientRule = {
  operator: 'Squeeze',
  opsets: [7, 26],
  covers: 'Axes given, computed or left out.',
  inputs: [0],
  gradient({ inputs: [x, axesInput], gradients: [dy], graph }) {
    return {
      0: () => {
        const axes = graph.numbers(axesInput);
        return axes ? graph.withShape(graph.unsqueeze(dy!, axes), x!) : graph.reshapeLike(dy!, x!);
      },
    };
  },
};
