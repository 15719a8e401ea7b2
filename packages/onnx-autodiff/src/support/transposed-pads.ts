import type { TransposedWindow } from '../attributes/transposed-window.ts';
import { spanOf, type Pads } from '../attributes/window.ts';
import type { GraphBuilder } from '../builder.ts';
import { range } from '../range.ts';
import type { Value } from '../types.ts';
import { padSpatial } from './convolution.ts';

/**
 * The padding of the convolution that goes back from the output `dy` to the input `x`, with what of it must be written out as a
 * tensor; `exact` where that convolution has just as many places as `x`, otherwise it may have more.
 */
export function padsOfTransposed(
  graph: GraphBuilder,
  window: TransposedWindow,
  x: Value,
  dy: Value,
): { padded: Value; pads: Pads; exact: boolean } {
  const { rank, kernel, strides, dilations, outputPadding, outputShape, pads, moreInFront } = window;
  if (pads) {
    const short = outputPadding.every((extra, at) => extra < strides[at]!);
    if (!outputShape && !window.same) return { padded: dy, pads, exact: short };
    // A padding that was cut off at zero leaves the output longer than the kernel reaches.
    const exact = short && pads.begin.every((begin, at) => begin + pads.end[at]! > 0);
    return { padded: dy, pads, exact };
  }
  const axes = range(2, rank + 2);
  const reach = kernel.map(
    (taps, at) => spanOf(taps as number, dilations[at]!) + outputPadding[at]! - strides[at]! - outputShape![at]!,
  );
  const wanted = graph.add(graph.mul(graph.sizes(x, axes), graph.ints(strides)), graph.ints(reach));
  const total = graph.op('Max', [wanted, graph.ints([0])]);
  const half = graph.div(moreInFront ? graph.add(total, graph.ints([1])) : total, graph.ints([2]));
  const none = axes.map(() => 0);
  const padded = padSpatial(graph, dy, half, graph.sub(total, half));
  return { padded, pads: { begin: none, end: none }, exact: false };
}
