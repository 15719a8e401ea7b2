import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';
import { transposedConvolution } from './convolution.ts';
import type { Node } from '../node.ts';
import { errors } from '../errors.ts';
import { product as productOf } from '../shapes/dims.ts';
import { range } from '../range.ts';
import { reshapeTo } from './sizes.ts';
import { readWindow, type Window } from '../attributes/window.ts';

/** The window of a pooling that sums; throws GRADIENT_UNSUPPORTED_FORM where there is none. */
export function readPoolingWindow(node: Node, input: Value): Window {
  const window = readWindow(node, input.shape);
  if (!window) throw errors.ruleLimit(node.operator, node.name, 'no kernel_shape', 'the attribute kernel_shape');
  return window;
}

/**
 * The transpose of summing over a window: each element of `dy`, `[N, C, O...]`, is added to all elements of its window; the result
 * has the sizes of `input`, `[N, C, D...]`.
 */
export function spreadOverWindows(graph: GraphBuilder, dy: Value, input: Value, window: Window): Value {
  const kernel = window.kernel as readonly number[];
  return (
    asPooling(graph, dy, input, window) ??
    asBlocks(graph, dy, input, window) ??
    asConvolution(graph, dy, input, window, kernel)
  );
}

/** With stride 1 the transpose is a pooling again, padded the other way round. */
function asPooling(graph: GraphBuilder, dy: Value, input: Value, window: Window): Value | undefined {
  const { strides, dilations, pads } = window;
  const kernel = window.kernel as readonly number[];
  if (!pads || [...strides, ...dilations].some((step) => step !== 1)) return undefined;
  const begin = kernel.map((taps, axis) => taps - 1 - pads.begin[axis]!);
  const end = kernel.map((taps, axis) => taps - 1 - pads.end[axis]!);
  if ([...begin, ...end].some((pad) => pad < 0)) return undefined;
  const pooled = graph.op('AveragePool', [dy], {
    kernel_shape: kernel,
    pads: [...begin, ...end],
    count_include_pad: 1,
  });
  return graph.withShape(graph.scale(pooled, product(kernel)), input);
}

/** Windows side by side: each element is repeated over its block. */
function asBlocks(graph: GraphBuilder, dy: Value, input: Value, window: Window): Value | undefined {
  const { rank, strides, dilations, pads } = window;
  const kernel = window.kernel as readonly number[];
  const fits = range(0, rank).every((at) => {
    const [size, place] = [input.shape?.[at + 2], dy.shape?.[at + 2]];
    return (
      strides[at] === kernel[at] &&
      dilations[at] === 1 &&
      pads?.begin[at] === 0 &&
      typeof size === 'number' &&
      typeof place === 'number' &&
      size === place * kernel[at]!
    );
  });
  if (!fits) return undefined;
  const apart = reshapeTo(graph, dy, [0, 0, ...range(0, rank).flatMap((at) => [dy.shape![at + 2] as number, 1])]);
  const repeated = graph.op('Expand', [apart, graph.ints([1, 1, ...kernel.flatMap((taps) => [1, taps])])]);
  return graph.withShape(
    graph.reshape(repeated, [0, 0, ...range(2, rank + 2).map((axis) => input.shape![axis] as number)]),
    input,
  );
}

function asConvolution(graph: GraphBuilder, dy: Value, input: Value, window: Window, kernel: readonly number[]): Value {
  const spatial = range(2, window.rank + 2);
  // One kernel of ones for all channels: each becomes an image of its own.
  const images = graph.withShape(reshapeTo(graph, dy, [-1, 1, [dy, spatial]]), {
    ...dy,
    shape: dy.shape && [productOf(dy.shape.slice(0, 2)), 1, ...dy.shape.slice(2)],
  });
  const ones = graph.constant({
    type: dy.type ?? 'float32',
    dims: [1, 1, ...kernel],
    values: new Array<number>(product(kernel)).fill(1),
  });
  const spread = transposedConvolution(graph, images, ones, input, window, 1);
  return graph.withShape(graph.reshape(spread, graph.shapeOf(input)), input);
}

/** What the sum over each window is divided by, turned round and multiplied into the gradient of an average. */
export function divideByWindowCounts(
  graph: GraphBuilder,
  dy: Value,
  input: Value,
  window: Window,
  countPadding: boolean,
): Value {
  const { rank, pads, ceil } = window;
  const kernel = window.kernel as readonly number[];
  const padded = !pads || [...pads.begin, ...pads.end].some((pad) => pad > 0);
  // Automatic padding ends where the last window does.
  if ((!ceil || !pads) && (countPadding || !padded)) return graph.scale(dy, 1 / product(kernel));
  const type = dy.type ?? 'float32';
  let vectors: number[][] | undefined = [];
  for (const at of range(0, rank)) {
    const counts = countsAlong(at, input, dy, window, countPadding);
    if (counts) vectors?.push(counts);
    else vectors = undefined;
  }
  if (vectors) {
    const values = vectors.reduce<number[]>((all, counts) => all.flatMap((a) => counts.map((b) => a / b)), [1]);
    return graph.mul(dy, graph.constant({ type, dims: vectors.map((counts) => counts.length), values }));
  }
  return range(0, rank).reduce((scaled, at) => {
    const counts = runtimeCountsAlong(graph, at, input, dy, window, countPadding);
    return graph.div(scaled, graph.reshape(counts, [-1, ...range(at + 1, rank).map(() => 1)]));
  }, dy);
}

function countsAlong(
  at: number,
  input: Value,
  dy: Value,
  { kernel, strides, dilations, pads }: Window,
  countPadding: boolean,
): number[] | undefined {
  const [size, places] = [input.shape?.[at + 2], dy.shape?.[at + 2]];
  if (!pads || typeof size !== 'number' || typeof places !== 'number') return undefined;
  const [begin, end] = countPadding ? [-pads.begin[at]!, size + pads.end[at]!] : [0, size];
  return Array.from({ length: places }, (_, place) => {
    const start = place * strides[at]! - pads.begin[at]!;
    const taps = range(0, kernel[at] as number).map((tap) => start + tap * dilations[at]!);
    return taps.filter((position) => position >= begin && position < end).length;
  });
}

/** The same counts where sizes are only known at run time: a vector of ones, convolved with ones. */
function runtimeCountsAlong(
  graph: GraphBuilder,
  at: number,
  input: Value,
  dy: Value,
  window: Window,
  countPadding: boolean,
): Value {
  const { strides, dilations, pads, ceil } = window;
  const taps = window.kernel[at] as number;
  const type = dy.type ?? 'float32';
  const size = graph.sizes(input, [at + 2]);
  const counted = pads && countPadding ? graph.add(size, graph.ints([pads.begin[at]! + pads.end[at]!])) : size;
  const ones = graph.op('Expand', [
    graph.constant({ type, dims: [1, 1, 1], values: [1] }),
    graph.concat([graph.ints([1, 1]), counted], 0),
  ]);
  const kernel = graph.constant({ type, dims: [1, 1, taps], values: new Array<number>(taps).fill(1) });
  const attributes = { kernel_shape: [taps], strides: [strides[at]!], dilations: [dilations[at]!] };
  if (!pads) return graph.op('Conv', [ones, kernel], { ...attributes, auto_pad: window.autoPad! });
  // Overhanging windows of ceil_mode are places of the padding here; what the pooling leaves out is cut off.
  const overhang = ceil ? strides[at]! : 0;
  const [begin, end] = countPadding ? [0, overhang] : [pads.begin[at]!, pads.end[at]! + overhang];
  const counts = graph.op('Conv', [ones, kernel], { ...attributes, pads: [begin, end] });
  return ceil ? graph.op('Slice', [counts, graph.ints([0]), graph.sizes(dy, [at + 2]), graph.ints([2])]) : counts;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
