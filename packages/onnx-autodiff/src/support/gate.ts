import type { GraphBuilder } from '../builder.ts';
import { staticShape, type Value } from '../types.ts';

/** The channels that ONNX Runtime's blocked layout (NCHWc) takes together on the widest processors. */
const block = 16;

/** A power of two, so that products are exact; any activation above 2^-120 becomes 1 when it is multiplied with it and cut off at 1. */
const steep = 2 ** 120;

/** The gradient where `low < y < high`, and 0 elsewhere. */
export function gate(graph: GraphBuilder, dy: Value, y: Value, low: number, high = Infinity): Value {
  if (graph.blockedLayout && isBlocked(y)) {
    const below = high === Infinity ? [] : [step(graph, y, -steep, high * steep)];
    return [step(graph, y, steep, -low * steep), ...below].reduce((masked, mask) => graph.mul(masked, mask), dy);
  }
  const above = graph.op('Greater', [y, graph.scalarLike(y, low)]);
  const inside = high === Infinity ? above : graph.op('And', [above, graph.op('Less', [y, graph.scalarLike(y, high)])]);
  return graph.where(inside, dy, graph.scalarLike(dy, 0));
}

/** Whether ONNX Runtime can keep an activation in blocks of channels: it has to know all sizes. */
function isBlocked(y: Value): boolean {
  const shape = staticShape(y.shape);
  return y.type === 'float32' && shape?.length === 4 && shape[1]! % block === 0 && shape[2]! * shape[3]! > 1;
}

/**
 * 1 where `slope * y + offset` is positive and 0 elsewhere, as a depthwise 1x1 convolution cut off at 0 and 1: comparisons would make
 * ONNX Runtime leave the blocked layout and come back for every activation, a convolution with a fused Clip does not.
 */
function step(graph: GraphBuilder, y: Value, slope: number, offset: number): Value {
  const channels = y.shape![1] as number;
  const all = (value: number) => new Float32Array(channels).fill(value);
  const weights = graph.constant({ type: 'float32', dims: [channels, 1, 1, 1], values: all(slope) });
  const bias = offset === 0 ? undefined : graph.constant({ type: 'float32', dims: [channels], values: all(offset) });
  const scaled = graph.op('Conv', [y, weights, bias], { group: channels, kernel_shape: [1, 1] });
  return graph.op('Clip', [scaled, graph.scalarLike(y, 0), graph.scalarLike(y, 1)]);
}
