import type { GradientContext, GradientRule } from '../gradient-rule.ts';
import { errors } from '../errors.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { sliceRange } from '../shapes/known.ts';
import { countUp, placed, withMargins, type Margin, type Placement } from '../support/placement.ts';
import type { Value } from '../types.ts';

export const slice: GradientRule = {
  operator: 'Slice',
  opsets: [7, 26],
  covers: 'Negative starts, ends and steps, clamped ends, computed starts and ends; the axes must be known ahead.',
  inputs: [0],
  gradient(context) {
    return { 0: () => context.graph.withShape(sliceGradient(context), context.inputs[0]!) };
  },
};

function sliceGradient({ node, inputs, gradients: [dy], graph }: GradientContext): Value {
  const [x, startsInput, endsInput, axesInput, stepsInput] = inputs;
  const starts = graph.numbers(startsInput);
  const ends = graph.numbers(endsInput);
  const steps = graph.numbers(stepsInput);
  const count = startsInput!.shape?.[0];
  const axes = axesInput
    ? graph.numbers(axesInput)
    : typeof count === 'number'
      ? Array.from({ length: count }, (_, at) => at)
      : undefined;
  const rank = x!.shape?.length;
  if (!axes || rank === undefined) {
    throw errors.ruleLimit(
      'Slice',
      node.name,
      axes ? 'a tensor of unknown rank' : 'axes that are computed',
      'a known rank and constant axes',
    );
  }
  const placements: Placement[] = [];
  const margins: Margin[] = [];
  const scattered: { readonly axis: number; readonly places: Value; readonly size: Value }[] = [];
  axes.forEach((given, at) => {
    const axis = normaliseAxis(given, rank);
    const size = x!.shape![axis]!;
    const start = starts?.[at];
    const end = ends?.[at];
    const step = stepsInput ? steps?.[at] : 1;
    if (size === dy!.shape?.[axis] && step === 1) return;
    if (typeof size === 'number' && start !== undefined && end !== undefined && step !== undefined) {
      const taken = sliceRange(size, start, end, step);
      placements.push({ axis, size, places: Array.from({ length: taken.count }, (_, i) => taken.first + i * step) });
      return;
    }
    const whole = graph.sizes(x!, [axis]);
    const one = (input: Value) => graph.op('Slice', [input, graph.ints([at]), graph.ints([at + 1])]);
    if (step === 1) {
      const from = one(startsInput!);
      const counted = graph.where(graph.op('Less', [from, graph.ints([0])]), graph.add(from, whole), from);
      const before = graph.op('Min', [graph.op('Max', [counted, graph.ints([0])]), whole]);
      margins.push({ axis, before, after: graph.sub(whole, graph.add(before, graph.sizes(dy!, [axis]))) });
      return;
    }
    const places = graph.op('Slice', [
      countUp(graph, whole),
      one(startsInput!),
      one(endsInput!),
      graph.ints([0]),
      stepsInput && one(stepsInput),
    ]);
    scattered.push({ axis, places, size: whole });
  });
  // Places that are only known when the model runs: the same slice of 0, 1, 2 ... tells where each element came from.
  const holes = scattered.map(({ axis }) => ({ axis, before: 0, after: 1 }));
  const filled = scattered.reduce(
    (value, { axis, places, size }) => {
      const missing = graph.sizes(dy!, [axis]);
      const all = graph.op('Expand', [missing, size]);
      const from = graph.op('ScatterElements', [all, places, countUp(graph, missing)], { axis: 0 });
      return graph.op('Gather', [value, from], { axis });
    },
    withMargins(graph, dy!, holes),
  );
  return withMargins(graph, placed(graph, filled, placements), margins);
}
