import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';

/**
 * The gradient through y = (sum |x|^p)^(1/p); `spread` carries what belongs to a sum to its terms.
 * Where y is 0 the gradient is 0.
 */
export function throughPower(
  graph: GraphBuilder,
  x: Value,
  y: Value,
  dy: Value,
  p: number,
  spread: (share: Value) => Value,
): Value {
  if (p === 1) return graph.mul(spread(dy), graph.op('Sign', [x]));
  const zero = graph.scalarLike(dy, 0);
  const power = (a: Value, exponent: number) =>
    exponent === 1 ? a : graph.op('Pow', [a, graph.scalarLike(a, exponent)]);
  const share = graph.where(graph.op('Greater', [y, zero]), graph.div(dy, power(y, p - 1)), zero);
  const slope = p % 2 === 0 ? power(x, p - 1) : graph.mul(graph.op('Sign', [x]), power(graph.op('Abs', [x]), p - 1));
  return graph.mul(spread(graph.withShape(share, dy)), slope);
}
