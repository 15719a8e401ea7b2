import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';

/** The slope of y = x sigmoid(alpha x): s + alpha y (1 - s). */
export function swishSlope(graph: GraphBuilder, x: Value, y: Value, alpha: number): Value {
  const sigmoid = graph.op('Sigmoid', [graph.scale(x, alpha)]);
  const rest = graph.mul(y, graph.sub(graph.scalarLike(x, 1), sigmoid));
  return graph.add(sigmoid, graph.scale(rest, alpha));
}
