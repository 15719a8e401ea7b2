import type { Decomposition } from '../gradient-rule.ts';
import { dequantised } from '../support/whole-numbers.ts';
import { windowAttributes } from '../support/window-attributes.ts';

export const convInteger: Decomposition = {
  operator: 'ConvInteger',
  opsets: [10, 26],
  covers:
    'By the straight-through rule: the gradients of input and weights are floating-point ones with respect to a step of one; everything that ' +
    'the gradient of Conv covers.',
  inputs: [0, 1],
  straightThrough: true,
  decompose: (context) => {
    const factors = [
      dequantised(context, { tensor: 0, zero: 2, axis: 1 }),
      dequantised(context, { tensor: 1, zero: 3, axis: 0 }),
    ];
    return [context.graph.op('Conv', factors, windowAttributes(context.node))];
  },
};
