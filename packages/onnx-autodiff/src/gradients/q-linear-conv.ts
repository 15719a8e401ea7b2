import type { Decomposition } from '../gradient-rule.ts';
import { quantisedConvolution } from '../support/quantised-convolution.ts';

export const qLinearConv: Decomposition = {
  operator: 'QLinearConv',
  opsets: [10, 26],
  covers:
    'By the straight-through rule, as DequantizeLinear, Conv and QuantizeLinear: rounding counts as the identity within the range of the ' +
    'type. Of input, weights and bias, whose gradients are floating-point ones with respect to a step of one, and of the three scales.',
  inputs: [0, 1, 3, 4, 6, 8],
  straightThrough: true,
  decompose: (context) => [quantisedConvolution(context)],
};
