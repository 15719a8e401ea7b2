import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';

/** RMS normalisation over the last axis, in operators of every opset. */
export function meanSquareScaled(graph: GraphBuilder, a: Value, scale: Value, epsilon: number): Value {
  const square = graph.op('ReduceMean', [graph.mul(a, a), graph.ints([-1])], { keepdims: 1 });
  const root = graph.op('Sqrt', [graph.add(square, graph.scalarLike(a, epsilon))]);
  return graph.mul(graph.div(a, root), scale);
}
