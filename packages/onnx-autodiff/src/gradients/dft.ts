import { errors } from '../errors.ts';
import type { Decomposition } from '../gradient-rule.ts';
import { range } from '../range.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { countUp } from '../support/placement.ts';

export const dft: Decomposition = {
  operator: 'DFT',
  opsets: [17, 26],
  covers:
    'Real and complex inputs, inverse, onesided, dft_length, an axis that is known ahead; as a product with the matrix of the transform, so ' +
    'that its cost grows with the square of the length.',
  refuses: {
    'inverse and onesided together': 'ONNX allows one of the two at a time',
  },
  inputs: [0],
  decompose: ({ node, inputs: [x, length, axes], graph }) => {
    const limit = (found: string, expected: string) => errors.ruleLimit(node.operator, node.name, found, expected);
    const rank = x!.shape?.length;
    const parts = x!.shape?.at(-1);
    const given = axes ? graph.numbers(axes)?.[0] : node.int('axis', graph.opset < 20 ? 1 : -2);
    if (rank === undefined || given === undefined || (parts !== 1 && parts !== 2))
      throw limit('an axis or a last axis that is not known ahead', 'a constant axis, a last axis of 1 or 2');
    const [inverse, onesided] = [node.int('inverse', 0) === 1, node.int('onesided', 0) === 1];
    if (inverse && onesided) throw limit('an inverse that is onesided', 'one of the two');
    const axis = normaliseAxis(given, rank);
    const type = x!.type ?? 'float32';
    const count = length ? graph.reshape(length, [1]) : graph.sizes(x!, [axis]);
    const whole = graph.cast(count, 'int64');
    const kept = graph.op('Slice', [x, graph.ints([0]), whole, graph.ints([axis])]);
    // [..., places], one for the real and one for the imaginary part.
    const exchanged = range(0, rank - 1).map((at) => (at === axis ? rank - 2 : at === rank - 2 ? axis : at));
    const part = (at: number) =>
      graph.transpose(graph.squeeze(graph.slice(kept, [at], [at + 1], [rank - 1]), [rank - 1]), exchanged);
    const bins = onesided ? graph.add(graph.op('Div', [whole, graph.ints([2])]), graph.ints([1])) : whole;
    const turns = graph.op('Mod', [
      graph.mul(graph.unsqueeze(countUp(graph, graph.sizes(kept, [axis])), [1]), countUp(graph, bins)),
      whole,
    ]);
    const sign = inverse ? 1 : -1;
    const angles = graph.div(graph.scale(graph.cast(turns, type), sign * 2 * Math.PI), graph.cast(whole, type));
    const [cos, sin] = ['Cos', 'Sin'].map((operator) => graph.op(operator, [angles]));
    const real = part(0);
    let sums = [graph.matmul(real, cos!), graph.matmul(real, sin!)];
    if (parts === 2) {
      const imaginary = part(1);
      sums = [graph.sub(sums[0]!, graph.matmul(imaginary, sin!)), graph.add(sums[1]!, graph.matmul(imaginary, cos!))];
    }
    const scaled = inverse ? sums.map((sum) => graph.div(sum, graph.cast(whole, type))) : sums;
    const back = scaled.map((sum) => graph.unsqueeze(graph.transpose(sum, exchanged), [rank - 1]));
    return [graph.concat(back, rank - 1)];
  },
};
