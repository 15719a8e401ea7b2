import type { GraphBuilder } from '../builder.ts';
import type { Decomposition, GradientContext } from '../gradient-rule.ts';
import type { Value } from '../types.ts';
import { dequantised } from './whole-numbers.ts';

/** What a straight-through rule covers, for an operator that stands for DequantizeLinear, others and QuantizeLinear. */
export const asFloats = (operators: string, of: string): string =>
  `By the straight-through rule, as DequantizeLinear, ${operators} and QuantizeLinear: rounding counts as the identity within the range of ` +
  `the type. Of ${of}, whose gradients are floating-point ones with respect to a step of one, and of the scales.`;

/** An operator of com.microsoft on one quantised tensor: input, scale, zero point, scale and zero point of the result. */
export function quantisedUnary(
  operator: string,
  standard: string,
  apply: (graph: GraphBuilder, a: Value, context: GradientContext) => Value,
): Decomposition {
  return {
    operator,
    domain: 'com.microsoft',
    opsets: [7, 26],
    covers: asFloats(standard, 'the input'),
    inputs: [0, 1, 3],
    straightThrough: true,
    decompose: (context) => {
      const a = dequantised(context, { tensor: 0, scale: 1, zero: 2, axis: 1 });
      return [
        context.graph.op('QuantizeLinear', [apply(context.graph, a, context), context.inputs[3], context.inputs[4]]),
      ];
    },
  };
}

/** An operator of com.microsoft on two quantised tensors that broadcast. */
export function quantisedBinary(operator: string, standard: 'Add' | 'Mul'): Decomposition {
  return {
    operator,
    domain: 'com.microsoft',
    opsets: [7, 26],
    covers: asFloats(standard, 'both inputs'),
    inputs: [0, 1, 3, 4, 6],
    straightThrough: true,
    decompose: (context) => {
      const left = dequantised(context, { tensor: 0, scale: 1, zero: 2, axis: 1 });
      const right = dequantised(context, { tensor: 3, scale: 4, zero: 5, axis: 1 });
      const result = context.graph.op(standard, [left, right]);
      return [context.graph.op('QuantizeLinear', [result, context.inputs[6], context.inputs[7]])];
    },
  };
}
