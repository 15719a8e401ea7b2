import type { Decomposition } from '../gradient-rule.ts';
import { asFloats } from '../support/quantised-operator.ts';
import { dequantised } from '../support/whole-numbers.ts';
import { range } from '../range.ts';

/** The result's scale and zero point come first, then three inputs for each part. */
export const microsoftQLinearConcat: Decomposition = {
  operator: 'QLinearConcat',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers: asFloats('Concat', 'the parts'),
  straightThrough: true,
  decompose: (context) => {
    const { node, inputs, graph } = context;
    const parts = range(0, Math.floor((inputs.length - 2) / 3)).map((part) => {
      const tensor = 2 + 3 * part;
      return dequantised(context, { tensor, scale: tensor + 1, zero: tensor + 2, axis: 1 });
    });
    const joined = graph.op('Concat', parts, { axis: node.int('axis', 0) });
    return [graph.op('QuantizeLinear', [joined, inputs[0], inputs[1]])];
  },
};
