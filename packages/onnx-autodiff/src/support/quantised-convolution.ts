import type { GradientContext } from '../gradient-rule.ts';
import type { Value } from '../types.ts';
import { dequantise, dequantised } from './whole-numbers.ts';
import { windowAttributes } from './window-attributes.ts';

/** What QLinearConv stands for; `around` may bring the axes of the input, and back those of the result, where Conv wants them. */
export function quantisedConvolution(
  context: GradientContext,
  around: (x: Value, convolved: (x: Value) => Value) => Value = (x, convolved) => convolved(x),
): Value {
  const { node, inputs, graph } = context;
  const [, scaleOfX, , , scaleOfWeights, , scale, zero, bias] = inputs;
  const x = dequantised(context, { tensor: 0, scale: 1, zero: 2, axis: 1 });
  const weights = dequantised(context, { tensor: 3, scale: 4, zero: 5, axis: 0 });
  const added = bias && dequantise(graph, bias, graph.mul(scaleOfX!, scaleOfWeights!), undefined, 0);
  const convolved = (a: Value) => graph.op('Conv', [a, weights, added], windowAttributes(node));
  return graph.op('QuantizeLinear', [around(x, convolved), scale, zero]);
}
