import type { Decomposition } from '../gradient-rule.ts';
import { decomposeRecurrence, gatesOf, type Cell, type CellParts } from '../recurrent/recurrence.ts';

export const gru: Decomposition = {
  operator: 'GRU',
  opsets: [7, 26],
  covers:
    'Every direction, activation and layout, sequence_lens, initial states, clip and linear_before_reset; gradients of weights, recurrent ' +
    'weights, biases and initial states; both outputs. Written as a Scan over steps.',
  inputs: [0, 1, 2, 3, 5],
  decompose: (context) => {
    const isLinear = context.node.int('linear_before_reset', 0) !== 0;
    return decomposeRecurrence(context, {
      gates: 3,
      activations: ['Sigmoid', 'Tanh'],
      initial: [5],
      ...(isLinear && { addedAtOnce: 2 }),
      cell: isLinear ? linearBeforeReset : usual,
    });
  },
};

/** The gates z, r and h stand in this order; here the hidden state is reset before the weights of h. */
function usual({ recurrent, activations, clipped, hidden }: CellParts): Cell {
  const [gate, output] = activations;
  return {
    around: [recurrent],
    step: (body, x, [h]) => {
      const weights = body.value(recurrent.name);
      const ofGates = body.slice(weights, [0], [2 * hidden], [1]);
      const ofHidden = body.slice(weights, [2 * hidden], [3 * hidden], [1]);
      const read = gatesOf(body, x, 3, hidden);
      const [z, r] = gatesOf(body, body.matmul(h!, ofGates), 2, hidden);
      const update = gate!(body, clipped(body, body.add(read[0]!, z!)));
      const reset = gate!(body, clipped(body, body.add(read[1]!, r!)));
      const found = body.matmul(body.mul(reset, h!), ofHidden);
      const next = output!(body, clipped(body, body.add(read[2]!, found)));
      return [body.add(body.mul(body.sub(body.scalarLike(x, 1), update), next), body.mul(update, h!))];
    },
  };
}

/** Here what the weights of h make of the hidden state is reset, with its bias. */
function linearBeforeReset({ recurrent, bias, activations, clipped, hidden }: CellParts): Cell {
  const [gate, output] = activations;
  return {
    around: bias ? [recurrent, bias] : [recurrent],
    step: (body, x, [h]) => {
      const read = gatesOf(body, x, 3, hidden);
      const [z, r, linear] = gatesOf(body, body.matmul(h!, body.value(recurrent.name)), 3, hidden);
      const ofHidden = bias && body.slice(body.value(bias.name), [2 * hidden], [3 * hidden], [0]);
      const update = gate!(body, clipped(body, body.add(read[0]!, z!)));
      const reset = gate!(body, clipped(body, body.add(read[1]!, r!)));
      const found = body.mul(reset, ofHidden ? body.add(linear!, ofHidden) : linear!);
      const next = output!(body, clipped(body, body.add(read[2]!, found)));
      return [body.add(body.mul(body.sub(body.scalarLike(x, 1), update), next), body.mul(update, h!))];
    },
  };
}
