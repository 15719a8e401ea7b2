import type { Decomposition } from '../gradient-rule.ts';
import { dequantised } from '../support/whole-numbers.ts';
import { projectedAttention } from './microsoft-attention.ts';

export const microsoftQAttention: Decomposition = {
  operator: 'QAttention',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'By the straight-through rule, as DequantizeLinear and com.microsoft Attention. Of input and weights, whose gradients are floating-point ' +
    'ones with respect to a step of one, of the bias and of both scales.',
  refuses: {
    do_rotary: 'language models alone have it',
    'starts of samples in the mask': 'texts alone are padded in front',
  },
  inputs: [0, 1, 2, 3, 4, 8],
  straightThrough: true,
  decompose: (context) => {
    const [, , bias, , , mask, , , past] = context.inputs;
    const x = dequantised(context, { tensor: 0, scale: 3, zero: 6, axis: -1 });
    const weights = dequantised(context, { tensor: 1, scale: 4, zero: 7, axis: -1 });
    return projectedAttention(context, { x, weights, bias, mask, past, added: undefined });
  },
};
