import type { Decomposition } from '../gradient-rule.ts';
import { dequantised } from '../support/whole-numbers.ts';

export const qLinearMatMul: Decomposition = {
  operator: 'QLinearMatMul',
  opsets: [10, 26],
  covers:
    'By the straight-through rule, as DequantizeLinear, MatMul and QuantizeLinear: rounding counts as the identity within the range of the ' +
    'type. Of both factors, whose gradients are floating-point ones with respect to a step of one, and of the three scales.',
  inputs: [0, 1, 3, 4, 6],
  straightThrough: true,
  decompose: (context) => {
    const { inputs, graph } = context;
    const left = dequantised(context, { tensor: 0, scale: 1, zero: 2, axis: -2 });
    const product = graph.matmul(left, dequantised(context, { tensor: 3, scale: 4, zero: 5, axis: -1 }));
    return [graph.op('QuantizeLinear', [product, inputs[6], inputs[7]])];
  },
};
