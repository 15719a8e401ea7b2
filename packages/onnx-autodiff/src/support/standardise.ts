import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';
import { range } from '../range.ts';
import { shapeVector } from './sizes.ts';

/** A tensor less its mean and over its standard deviation, and what it was multiplied with. */
export interface Standardised {
  readonly value: Value;
  /** The reciprocal of the standard deviation, broadcastable to `value`. */
  readonly inverse: Value;
}

/** Standardises the axes from `axis` on, in the runtime's one pass. */
export function standardise(graph: GraphBuilder, x: Value, axis: number, rank: number, epsilon: number): Standardised {
  const ones = graph.op('Expand', [graph.scalarLike(x, 1), shapeVector(graph, [[x, range(axis, rank)]])]);
  const [value, , inverse] = graph.ops('LayerNormalization', [x, ones], { axis, epsilon: { float: epsilon } }, 3);
  return { value: graph.withShape(value!, x), inverse: graph.cast(inverse!, x.type ?? 'float32') };
}

export function reduceMean(graph: GraphBuilder, a: Value, axes: readonly number[]): Value {
  return graph.op('ReduceMean', [a, graph.ints(axes)], { keepdims: 1 });
}

/** The gradient that passes through a standardisation over `axes`: what points along the mean or along the value itself is lost. */
export function throughStandardisation(
  graph: GraphBuilder,
  gradient: Value,
  { value, inverse }: Standardised,
  axes: readonly number[],
): Value {
  const along = graph.mul(value, reduceMean(graph, graph.mul(gradient, value), axes));
  const centred = graph.sub(gradient, reduceMean(graph, gradient, axes));
  return graph.mul(graph.sub(centred, along), inverse);
}
