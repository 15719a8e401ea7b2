import type { Decomposition } from '../gradient-rule.ts';
import { dequantised } from '../support/whole-numbers.ts';

export const microsoftDynamicQuantizeMatMul: Decomposition = {
  operator: 'DynamicQuantizeMatMul',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'By the straight-through rule, as MatMul by the dequantised weights and Add. Of A, of B, whose gradient is a floating-point one with ' +
    'respect to a step of one, of its scale and of the bias.',
  inputs: [0, 1, 2, 4],
  straightThrough: true,
  decompose: (context) => {
    const { inputs, graph } = context;
    const product = graph.matmul(inputs[0]!, dequantised(context, { tensor: 1, scale: 2, zero: 3, axis: -1 }));
    return [inputs[4] ? graph.add(product, inputs[4]) : product];
  },
};
