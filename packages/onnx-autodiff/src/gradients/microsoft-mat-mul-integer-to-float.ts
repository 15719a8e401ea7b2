import type { Decomposition } from '../gradient-rule.ts';
import { dequantised } from '../support/whole-numbers.ts';

export const microsoftMatMulIntegerToFloat: Decomposition = {
  operator: 'MatMulIntegerToFloat',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'By the straight-through rule, as DequantizeLinear, MatMul and Add. Of both factors, whose gradients are floating-point ones with respect ' +
    'to a step of one, of both scales and of the bias.',
  inputs: [0, 1, 2, 3, 6],
  straightThrough: true,
  decompose: (context) => {
    const { inputs, graph } = context;
    const left = dequantised(context, { tensor: 0, scale: 2, zero: 4, axis: -2 });
    const product = graph.matmul(left, dequantised(context, { tensor: 1, scale: 3, zero: 5, axis: -1 }));
    return [inputs[6] ? graph.add(product, inputs[6]) : product];
  },
};
