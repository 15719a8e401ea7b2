import type { Decomposition } from '../gradient-rule.ts';
import { rotated } from '../support/rotation.ts';

export const rotaryEmbedding: Decomposition = {
  operator: 'RotaryEmbedding',
  opsets: [23, 26],
  covers:
    'Three and four axes, interleaved or not, rotary_embedding_dim, caches by position or by place; gradients of the input and of the caches.',
  inputs: [0, 1, 2],
  decompose: (context) => {
    const [x, cosines, sines, positions] = context.inputs;
    return [rotated(context, { x: x!, cosines: cosines!, sines: sines!, positions })];
  },
};
