import type { Decomposition } from '../gradient-rule.ts';
import { dequantised } from '../support/whole-numbers.ts';

export const matMulInteger: Decomposition = {
  operator: 'MatMulInteger',
  opsets: [10, 26],
  covers:
    'By the straight-through rule: the gradients of both factors are floating-point ones with respect to a step of one. Zero points of the ' +
    'tensor, of rows and of columns.',
  inputs: [0, 1],
  straightThrough: true,
  decompose: (context) => {
    const left = dequantised(context, { tensor: 0, zero: 2, axis: -2 });
    return [context.graph.matmul(left, dequantised(context, { tensor: 1, zero: 3, axis: -1 }))];
  },
};
