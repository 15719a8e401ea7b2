import type { Decomposition } from '../gradient-rule.ts';
import { decomposeRecurrence, gatesOf, type Cell, type CellParts } from '../recurrent/recurrence.ts';

export const lstm: Decomposition = {
  operator: 'LSTM',
  opsets: [7, 26],
  covers:
    'Every direction, activation and layout, sequence_lens, initial states, peepholes, clip and input_forget; gradients of weights, ' +
    'recurrent weights, biases, initial states and peepholes; all three outputs. Written as a Scan over steps.',
  inputs: [0, 1, 2, 3, 5, 6, 7],
  decompose: (context) =>
    decomposeRecurrence(context, {
      gates: 4,
      activations: ['Sigmoid', 'Tanh', 'Tanh'],
      initial: [5, 6],
      peepholes: 7,
      cell: (parts, { node }) => cell(parts, node.int('input_forget', 0) !== 0),
    }),
};

/** The gates i, o, f and c stand in this order, the peepholes of the first three. */
function cell({ recurrent, peepholes, activations, clipped, hidden }: CellParts, coupled: boolean): Cell {
  const [gate, input, output] = activations;
  return {
    around: peepholes ? [recurrent, peepholes] : [recurrent],
    step: (body, x, [h, c]) => {
      const peeps = peepholes && gatesOf(body, body.value(peepholes.name), 3, hidden);
      const [i, o, f, g] = gatesOf(body, body.add(x, body.matmul(h!, body.value(recurrent.name))), 4, hidden);
      const gated = (a: typeof x, at: number, cell: typeof x) =>
        gate!(body, clipped(body, peeps ? body.add(a, body.mul(cell, peeps[at]!)) : a));
      const admitted = gated(i!, 0, c!);
      const kept = coupled ? body.sub(body.scalarLike(x, 1), admitted) : gated(f!, 2, c!);
      const next = body.add(body.mul(kept, c!), body.mul(admitted, input!(body, clipped(body, g!))));
      return [body.mul(gated(o!, 1, next), output!(body, next)), next];
    },
  };
}
