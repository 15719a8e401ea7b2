import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';

/** A number of elements: an int64 vector of one where it is only known when the model runs. */
export type Extent = number | Value;

/** Zeros to add on both sides of an axis. */
export interface Margin {
  readonly axis: number;
  readonly before: Extent;
  readonly after: Extent;
}

/** An int64 vector of extents. */
export function extents(graph: GraphBuilder, values: readonly Extent[]): Value {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === values.length) return graph.ints(numbers);
  return graph.concat(
    values.map((value) => (typeof value === 'number' ? graph.ints([value]) : value)),
    0,
  );
}

/** The tensor with zeros around it, or less of it where margins are negative; the rank must be known. */
export function withMargins(graph: GraphBuilder, a: Value, margins: readonly Margin[]): Value {
  const due = margins.filter(({ before, after }) => before !== 0 || after !== 0);
  if (due.length === 0) return a;
  // Every axis is listed: ONNX Runtime moves transposes past a Pad as if it had no axes input.
  const side = (name: 'before' | 'after') => a.shape!.map((_, at) => due.find(({ axis }) => axis === at)?.[name] ?? 0);
  const padded = graph.op('Pad', [a, extents(graph, [...side('before'), ...side('after')])]);
  const [{ axis, before, after }, ...others] = due as [Margin, ...Margin[]];
  const forward = typeof before === 'number' && before >= 0 && typeof after === 'number' && after >= 0;
  if (others.length === 0 && forward && typeof a.shape![axis] === 'number') graph.notePart(padded, axis, before, a);
  return padded;
}

/** Where along an axis of some size the elements of a tensor belong; no place may occur twice. */
export interface Placement {
  readonly axis: number;
  readonly places: readonly number[];
  readonly size: number;
}

/** A larger tensor of zeros with the elements of this one at the places given. */
export function placed(graph: GraphBuilder, a: Value, placements: readonly Placement[]): Value {
  const scattered: Placement[] = [];
  const reversed: number[] = [];
  const margins: Margin[] = [];
  for (const { axis, places, size } of placements) {
    const steps = places.slice(1).map((place, at) => place - places[at]!);
    const backwards = places.length > 1 && steps.every((step) => step === -1);
    if (!backwards && !steps.every((step) => step === 1)) {
      scattered.push({ axis, places, size });
      continue;
    }
    const first = (backwards ? places.at(-1) : places[0]) ?? 0;
    if (backwards) reversed.push(axis);
    margins.push({ axis, before: first, after: size - first - places.length });
  }
  // Each place reads where its element is, and the others read a zero that is appended for them.
  const holes = scattered.filter(({ places, size }) => places.length < size);
  const padded = withMargins(
    graph,
    graph.reverse(a, reversed),
    holes.map(({ axis }) => ({ axis, before: 0, after: 1 })),
  );
  const filled = scattered.reduce((value, { axis, places, size }) => {
    const from = Array.from({ length: size }, () => places.length);
    places.forEach((place, at) => (from[place] = at));
    return graph.op('Gather', [value, graph.ints(from)], { axis });
  }, padded);
  return withMargins(graph, filled, margins);
}

/** Range(0, size) of an int64 vector of one element. */
export function countUp(graph: GraphBuilder, size: Value): Value {
  const scalar = (value: number) => graph.constant({ type: 'int64', dims: [], values: [value] });
  return graph.op('Range', [scalar(0), graph.squeeze(size, [0]), scalar(1)]);
}

/**
 * Zeros shaped like a tensor, to which updates are added at `indices` along an axis; indices have the shape of the updates.
 * ScatterND is not used for sums: ONNX Runtime adds in parallel there and loses updates of equal indices.
 */
export function scatterAlong(graph: GraphBuilder, like: Value, indices: Value, updates: Value, axis: number): Value {
  const type = updates.type ?? 'float32';
  // There is no half-precision kernel, and sums of many terms are better kept in float32 anyway.
  const half = type === 'float16' || type === 'bfloat16';
  const zeros = graph.zerosLike(half ? { ...like, type: 'float32' } : like);
  const addends = half ? graph.cast(updates, 'float32') : updates;
  const sum = graph.op('ScatterElements', [zeros, indices, addends], { axis, reduction: 'add' });
  return graph.cast(graph.withShape(sum, like), type);
}

/** Adds slices of `updates` (its axis `axis` counts them) to zeros shaped like a tensor, at `indices` `[K]` along that axis. */
export function scatterSlices(graph: GraphBuilder, like: Value, indices: Value, updates: Value, axis: number): Value {
  const rank = like.shape!.length;
  const after = Array.from({ length: rank - 1 - axis }, (_, at) => at + 1);
  const expanded = graph.expandLike(graph.unsqueeze(indices, after), updates);
  return scatterAlong(graph, like, expanded, updates, axis);
}

/**
 * Rows of `indices` `[..., depth]` as places along the flattened leading axes (`batch` + depth of them) of a tensor,
 * as one vector; negative indices count from the end.
 */
export function rowPlaces(graph: GraphBuilder, like: Value, indices: Value, depth: number, batch: number): Value {
  const zero = graph.ints([0]);
  let places: Value | undefined;
  for (let at = 0; at < depth; at += 1) {
    const size = graph.sizes(like, [batch + at]);
    const scalar = graph.constant({ type: 'int64', dims: [], values: [at] });
    const column = graph.op('Gather', [indices, scalar], { axis: -1 });
    const counted = graph.where(graph.op('Less', [column, zero]), graph.add(column, size), column);
    places = places ? graph.add(graph.mul(places, size), counted) : counted;
  }
  if (batch > 0) {
    const samples = graph.op('Flatten', [places!], { axis: batch });
    const rows = Array.from({ length: depth }, (_, at) => graph.sizes(like, [batch + at])).reduce((a, b) =>
      graph.mul(a, b),
    );
    const first = graph.mul(countUp(graph, graph.sizes(samples, [0])), rows);
    places = graph.add(samples, graph.unsqueeze(first, [1]));
  }
  return graph.reshape(places!, [-1]);
}
