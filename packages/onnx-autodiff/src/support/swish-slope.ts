import { fitsBlocks } from '../blocked-layout.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';

/** The slope of y = x sigmoid(alpha x): s + alpha y (1 - s). */
export function swishSlope(graph: GraphBuilder, x: Value, y: Value, alpha: number): Value {
  const sigmoid = graph.op('Sigmoid', [graph.scale(x, alpha)]);
  const rest = graph.mul(y, graph.sub(graph.scalarLike(x, 1), sigmoid));
  return graph.add(sigmoid, graph.scale(rest, alpha));
}

/** The gradient of x through y = x s, s = sigmoid(alpha x): dy s (1 + alpha (x - y)). */
export function swishGradient(graph: GraphBuilder, x: Value, y: Value, s: Value, dy: Value, alpha: number): Value {
  // In blocks of channels there is no subtraction; the runtime adds x inside the convolution.
  const blocked = alpha === 1 && graph.isBlocked(x) && graph.isBlocked(y) && fitsBlocks(y);
  const rest = blocked
    ? graph.add(graph.scaleChannels(y, -1, 1), x)
    : graph.add(graph.scale(graph.sub(x, y), alpha), graph.scalarLike(x, 1));
  return graph.mul(dy, graph.mul(s, rest));
}
