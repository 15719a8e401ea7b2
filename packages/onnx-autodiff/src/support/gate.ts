import { fitsBlocks } from '../blocked-layout.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';

/** A power of two, so that products are exact; any activation above 2^-120 becomes 1 when it is multiplied with it and cut off at 1. */
const steep = 2 ** 120;

/** The gradient where `low < y < high`, and 0 elsewhere. */
export function gate(graph: GraphBuilder, dy: Value, y: Value, low: number, high = Infinity): Value {
  if (graph.blockedLayout && fitsBlocks(y)) {
    const below = high === Infinity ? [] : [step(graph, y, -steep, high * steep)];
    return [step(graph, y, steep, -low * steep), ...below].reduce((masked, mask) => graph.mul(masked, mask), dy);
  }
  const above = graph.op('Greater', [y, graph.scalarLike(y, low)]);
  const inside = high === Infinity ? above : graph.op('And', [above, graph.op('Less', [y, graph.scalarLike(y, high)])]);
  return graph.where(inside, dy, graph.scalarLike(dy, 0));
}

/**
 * 1 where `slope * y + offset` is positive and 0 elsewhere, as a depthwise 1x1 convolution cut off at 0 and 1: comparisons would make
 * ONNX Runtime leave the blocked layout and come back for every activation, a convolution with a fused Clip does not.
 */
function step(graph: GraphBuilder, y: Value, slope: number, offset: number): Value {
  const scaled = graph.scaleChannels(y, slope, offset);
  return graph.op('Clip', [scaled, graph.scalarLike(y, 0), graph.scalarLike(y, 1)]);
}
