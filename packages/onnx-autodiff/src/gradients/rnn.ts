import type { Decomposition } from '../gradient-rule.ts';
import { decomposeRecurrence, type Cell, type CellParts } from '../recurrent/recurrence.ts';

export const rnn: Decomposition = {
  operator: 'RNN',
  opsets: [7, 26],
  covers:
    'Every direction, activation and layout, sequence_lens, initial states and clip; gradients of weights, recurrent weights, biases and ' +
    'initial states; both outputs. Written as a Scan over steps.',
  inputs: [0, 1, 2, 3, 5],
  decompose: (context) => decomposeRecurrence(context, { gates: 1, activations: ['Tanh'], initial: [5], cell }),
};

function cell({ recurrent, activations: [activation], clipped }: CellParts): Cell {
  return {
    around: [recurrent],
    step: (body, x, [h]) => {
      const sum = body.add(x, body.matmul(h!, body.value(recurrent.name)));
      return [activation!(body, clipped(body, sum))];
    },
  };
}
