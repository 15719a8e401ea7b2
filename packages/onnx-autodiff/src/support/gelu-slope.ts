import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';

/** The slope of x Phi(x), Phi the normal distribution function: Phi(x) + x phi(x). */
export function geluSlope(graph: GraphBuilder, x: Value): Value {
  const z = graph.scale(x, Math.SQRT1_2);
  const erf = graph.op('Erf', [z]);
  // x phi(x) = z exp(-z^2) / sqrt(pi), its factor moved into the exponent to save a pass.
  const exponent = graph.sub(graph.scalarLike(x, -0.5 * Math.log(Math.PI)), graph.mul(z, z));
  const density = graph.mul(z, graph.op('Exp', [exponent]));
  // (1 + erf) / 2 in one pass: what HardSigmoid cuts off lies outside of 0 to 1, where it never is.
  const distribution = graph.op('HardSigmoid', [erf], { alpha: { float: 0.5 }, beta: { float: 0.5 } });
  return graph.add(distribution, density);
}

/** The slope of y = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3), which is the approximation of Gelu by tanh. */
export function tanhGeluSlope(graph: GraphBuilder, x: Value, y: Value): Value {
  const linear = 2 * Math.sqrt(2 / Math.PI);
  const cubic = linear * 0.044715;
  const number = (value: number) => graph.scalarLike(x, value);
  const square = graph.mul(x, x);
  const sigmoid = graph.op('Sigmoid', [graph.mul(x, graph.add(graph.scale(square, cubic), number(linear)))]);
  const inner = graph.add(graph.scale(square, 3 * cubic), number(linear));
  const rest = graph.mul(y, graph.sub(number(1), sigmoid));
  return graph.add(sigmoid, graph.mul(rest, inner));
}
