import type { GradientContext, GradientRule } from '../gradient-rule.ts';
import { errors } from '../errors.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { countUp, scatterSlices, withMargins } from '../support/placement.ts';
import type { Value } from '../types.ts';

export const pad: GradientRule = {
  operator: 'Pad',
  opsets: [7, 26],
  covers:
    'Modes constant, reflect, edge and wrap; negative and computed pads; axes; the gradient of the constant value.',
  inputs: [0, 2],
  gradient(context) {
    const {
      node,
      inputs,
      gradients: [dy],
      graph,
    } = context;
    const [x, pads, , axes] = inputs;
    const crop = () => {
      const counts = graph.numbers(pads);
      const rank = dy!.shape?.length;
      const listed = axes ? graph.numbers(axes) : counts?.slice(counts.length / 2).map((_, axis) => axis);
      if (counts && listed && rank !== undefined) {
        const margins = listed.map((axis, at) => ({
          axis: normaliseAxis(axis, rank),
          before: -counts[at]!,
          after: -counts[at + listed.length]!,
        }));
        return graph.withShape(withMargins(graph, dy!, margins), x!);
      }
      return graph.withShape(graph.op('Pad', [dy, graph.neg(pads!), undefined, axes]), x!);
    };
    return {
      0: () => (node.string('mode', 'constant') === 'constant' ? crop() : unfold(context)),
      // Everything that was not taken from the tensor was taken from the constant.
      2: () => {
        const total = (value: Value) => graph.op('ReduceSum', [value], { keepdims: 0 });
        return graph.reshapeLike(graph.sub(total(dy!), total(crop())), inputs[2]!);
      },
    };
  },
};

/** Adds what was copied out to the places it was copied from, one axis after the other. */
function unfold({ node, inputs: [x, padsInput, , axesInput], gradients: [dy], graph }: GradientContext): Value {
  const mode = node.string('mode', 'constant');
  const rank = x!.shape?.length;
  const pads = graph.numbers(padsInput);
  const axes = axesInput
    ? graph.numbers(axesInput)
    : rank === undefined
      ? undefined
      : Array.from({ length: rank }, (_, at) => at);
  if (rank === undefined || !axes) {
    throw errors.ruleLimit(
      'Pad',
      node.name,
      axes ? `mode ${mode} of a tensor of unknown rank` : `mode ${mode} with computed axes`,
      'a known rank and constant axes',
    );
  }
  let result = dy!;
  axes.forEach((given, at) => {
    const axis = normaliseAxis(given, rank);
    const before = pads?.[at];
    const after = pads?.[at + axes.length];
    if (before === 0 && after === 0) return;
    const size = x!.shape![axis]!;
    const once = mode === 'reflect' ? 1 : 0;
    const folds =
      before === undefined ||
      after === undefined ||
      typeof size !== 'number' ||
      Math.min(before, after) < 0 ||
      Math.max(before, after) > (mode === 'edge' ? Infinity : size - once);
    if (folds) {
      const whole = graph.sizes(x!, [axis]);
      const one = (index: number) => graph.op('Slice', [padsInput!, graph.ints([index]), graph.ints([index + 1])]);
      const pair = graph.concat([one(at), one(at + axes.length)], 0);
      // The same padding of 0, 1, 2 ... tells where each element came from.
      const places = graph.op('Pad', [countUp(graph, whole), pair], { mode });
      const like = { ...result, shape: result.shape!.with(axis, size) };
      const shape = graph.shapeOf(result);
      const target = graph.op('ScatterElements', [shape, graph.ints([axis]), whole], { axis: 0 });
      const zeros = graph.op('Expand', [graph.scalarLike(result, 0), target]);
      result = scatterSlices(graph, graph.withShape(zeros, like), places, result, axis);
      return;
    }
    const piece = (start: number, count: number) => graph.slice(result, [start], [start + count], [axis]);
    const parts = [piece(before, size)];
    const add = (start: number, count: number, to: number) => {
      if (count === 0) return;
      const outside = piece(start, count);
      const moved =
        mode === 'wrap' ? outside : mode === 'edge' ? graph.reduceSum(outside, [axis]) : graph.reverse(outside, [axis]);
      const length = mode === 'edge' ? 1 : count;
      parts.push(withMargins(graph, moved, [{ axis, before: to, after: size - to - length }]));
    };
    const first = { wrap: size - before, edge: 0, reflect: 1 }[mode] ?? 0;
    const last = { wrap: 0, edge: size - 1, reflect: size - 1 - after }[mode] ?? 0;
    add(0, before, first);
    add(before + size, after, last);
    result = parts.reduce((sum, part) => graph.add(sum, part));
  });
  return graph.withShape(result, x!);
}
