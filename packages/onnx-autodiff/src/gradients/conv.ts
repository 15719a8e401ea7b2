import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { kernelGradient, transposedConvolution } from '../support/convolution.ts';
import { range } from '../range.ts';
import { readWindow } from '../attributes/window.ts';

export const conv: GradientRule = {
  operator: 'Conv',
  opsets: [7, 26],
  covers:
    'One to three spatial axes, groups, dilations, strides, explicit and automatic padding; gradients of weights and bias.',
  gradient({ node, inputs: [x, w], gradients: [dy], graph }) {
    const window = readWindow(node, x!.shape, w!.shape);
    if (!window) throw errors.ruleLimit(node.operator, node.name, 'weights of unknown rank', 'weights of known rank');
    const group = node.int('group', 1);
    return {
      0: () => transposedConvolution(graph, dy!, w!, x!, window, group),
      1: () => kernelGradient(graph, x!, dy!, w!, window, group),
      2: () => graph.reduceSum(dy!, [0, ...range(2, window.rank + 2)], false),
    };
  },
};
