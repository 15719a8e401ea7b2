import type { Decomposition } from '../gradient-rule.ts';
import { asFloats } from '../support/quantised-operator.ts';
import { dequantised } from '../support/whole-numbers.ts';

export const microsoftQLinearWhere: Decomposition = {
  operator: 'QLinearWhere',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers: asFloats('Where', 'both choices'),
  inputs: [1, 2, 4, 5, 7],
  straightThrough: true,
  decompose: (context) => {
    const yes = dequantised(context, { tensor: 1, scale: 2, zero: 3, axis: 1 });
    const no = dequantised(context, { tensor: 4, scale: 5, zero: 6, axis: 1 });
    const chosen = context.graph.where(context.inputs[0]!, yes, no);
    return [context.graph.op('QuantizeLinear', [chosen, context.inputs[7], context.inputs[8]])];
  },
};
