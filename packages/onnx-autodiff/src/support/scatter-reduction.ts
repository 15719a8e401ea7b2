import type { GraphBuilder } from '../builder.ts';
import { scatterAlong } from './placement.ts';
import type { Value } from '../types.ts';

/** A ScatterElements with a reduction, and the gradient of its output. */
export interface ScatterReduction {
  readonly data: Value;
  readonly indices: Value;
  readonly updates: Value;
  readonly output: Value;
  readonly gradient: Value;
  readonly axis: number;
  readonly reduction: string;
}

/** The gradients of both sides of a scatter by mul, max or min, exact for repeated indices, zeros and ties (which share evenly). */
export function scatterReduction(
  graph: GraphBuilder,
  { data, indices, updates, output, gradient, axis, reduction }: ScatterReduction,
): { readonly data: () => Value; readonly updates: () => Value } {
  const at = (value: Value) => graph.op('GatherElements', [value, indices], { axis });
  const number = (value: number) => graph.scalarLike(gradient, value);
  const type = gradient.type ?? 'float32';
  const flag = (condition: Value) => graph.cast(condition, type);
  const added = (base: Value, addends: Value) => graph.add(base, scatterAlong(graph, data, indices, addends, axis));
  if (reduction !== 'mul') {
    const fromData = flag(graph.op('Equal', [data, output]));
    const fromUpdates = flag(graph.op('Equal', [updates, at(output)]));
    const share = graph.div(gradient, added(fromData, fromUpdates));
    return { data: () => graph.mul(share, fromData), updates: () => graph.mul(at(share), fromUpdates) };
  }
  // The product without its zeros and the number of them tell what is left when one factor is taken away.
  const isZero = (value: Value) => graph.op('Equal', [value, number(0)]);
  const withoutZeros = (value: Value) => graph.where(isZero(value), number(1), value);
  const zeros = added(flag(isZero(data)), flag(isZero(updates)));
  const product = graph.op('ScatterElements', [withoutZeros(data), indices, withoutZeros(updates)], {
    axis,
    reduction: 'mul',
  });
  const rest = graph.mul(product, gradient);
  const others = (factor: Value, zerosThere: Value, restThere: Value) => {
    const allowed = graph.where(isZero(factor), number(1), number(0));
    const counts = graph.op('Equal', [zerosThere, allowed]);
    return graph.where(counts, graph.div(restThere, withoutZeros(factor)), number(0));
  };
  return { data: () => others(data, zeros, rest), updates: () => others(updates, at(zeros), at(rest)) };
}
