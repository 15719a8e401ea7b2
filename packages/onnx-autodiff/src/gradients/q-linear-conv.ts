import type { Decomposition } from '../gradient-rule.ts';
import { dequantise, dequantised } from '../support/whole-numbers.ts';
import { windowAttributes } from '../support/window-attributes.ts';

export const qLinearConv: Decomposition = {
  operator: 'QLinearConv',
  opsets: [10, 26],
  covers:
    'By the straight-through rule, as DequantizeLinear, Conv and QuantizeLinear: rounding counts as the identity within the range of the ' +
    'type. Of input, weights and bias, whose gradients are floating-point ones with respect to a step of one, and of the three scales.',
  inputs: [0, 1, 3, 4, 6, 8],
  straightThrough: true,
  decompose: (context) => {
    const { node, inputs, graph } = context;
    const [, scaleOfX, , , scaleOfWeights, , scale, zero, bias] = inputs;
    const read = [
      dequantised(context, { tensor: 0, scale: 1, zero: 2, axis: 1 }),
      dequantised(context, { tensor: 3, scale: 4, zero: 5, axis: 0 }),
      bias && dequantise(graph, bias, graph.mul(scaleOfX!, scaleOfWeights!), undefined, 0),
    ];
    return [graph.op('QuantizeLinear', [graph.op('Conv', read, windowAttributes(node)), scale, zero])];
  },
};
