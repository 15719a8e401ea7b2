import { fitsBlocks } from '../blocked-layout.ts';
import type { GraphBuilder } from '../builder.ts';
import { staticShape, type Value } from '../types.ts';
import { range } from '../range.ts';
import { reshapeTo, shapeVector } from './sizes.ts';
import { spanOf, type Pads, type Window } from '../attributes/window.ts';

/** The padding in front of each spatial axis and behind it, as int64 vectors, where automatic padding is only known at run time. */
export function runtimePads(
  graph: GraphBuilder,
  window: Window,
  input: Value,
  weights?: Value,
): { begin: Value; end: Value } {
  const { rank, strides, dilations, autoPad } = window;
  const axes = range(2, rank + 2);
  const size = graph.sizes(input, axes);
  const stride = graph.ints(strides);
  const known = window.reach.every((taps) => typeof taps === 'number');
  const reach = known
    ? graph.ints(window.reach.map((taps, axis) => (taps as number) - strides[axis]!))
    : graph.sub(
        graph.add(
          graph.mul(graph.sub(graph.sizes(weights!, axes), graph.ints([1])), graph.ints(dilations)),
          graph.ints([1]),
        ),
        stride,
      );
  // The last window starts at (ceil(size / stride) - 1) * stride.
  const places = graph.div(graph.add(size, graph.ints(strides.map((step) => step - 1))), stride);
  const total = graph.sub(graph.add(graph.mul(places, stride), reach), size);
  const odd = autoPad === 'SAME_UPPER' ? total : graph.add(total, graph.ints([1]));
  // One more where it is negative, by arithmetic that needs no branch.
  const below = graph.op('Min', [graph.op('Max', [graph.neg(total), graph.ints([0])]), graph.ints([1])]);
  const half = graph.div(window.pooling ? odd : graph.add(odd, below), graph.ints([2]));
  return { begin: half, end: graph.sub(total, half) };
}

/** Zeros in front of the spatial axes and behind them, as many as two int64 vectors say. */
export function padSpatial(graph: GraphBuilder, a: Value, begin: Value, end: Value): Value {
  // Batch and channels are listed too: ONNX Runtime moves transposes past a Pad as if it had no axes input.
  const none = graph.ints([0, 0]);
  return graph.op('Pad', [a, graph.concat([none, begin, none, end], 0)]);
}

/** An input with its automatic padding written out where that is only known at run time, and the padding that is left to do. */
function withKnownPads(
  graph: GraphBuilder,
  window: Window,
  input: Value,
  weights?: Value,
): { input: Value; pads: Pads } {
  if (window.pads) return { input, pads: window.pads };
  const { begin, end } = runtimePads(graph, window, input, weights);
  const padded = padSpatial(graph, input, begin, end);
  const none = range(0, window.rank).map(() => 0);
  return { input: padded, pads: { begin: none, end: none } };
}

/**
 * The transpose of a convolution as a linear map: `[N, M, O...]` with weights `[M, C/group, K...]` gives `[N, C, D...]`, the sizes
 * of `input`.
 */
export function transposedConvolution(
  graph: GraphBuilder,
  dy: Value,
  weights: Value,
  input: Value,
  window: Window,
  group: number,
): Value {
  const flipped =
    asConvolution(graph, dy, weights, window, group) ??
    pointwise(graph, dy, weights, input, window, group) ??
    depthwise(graph, dy, weights, input, window, group);
  if (flipped) return flipped;
  const { rank, kernel, strides, dilations, pads } = window;
  const axes = range(2, rank + 2);
  const places = axes.map((axis) => dy.shape?.[axis]);
  const sizes = axes.map((axis) => input.shape?.[axis]);
  const shared = {
    strides,
    dilations,
    group,
    ...(kernel.every((taps) => typeof taps === 'number') && { kernel_shape: kernel }),
  };
  const begin = pads?.begin ?? axes.map(() => 0);
  const end: number[] = [];
  const extra: number[] = [];
  const open: number[] = [];
  for (const at of range(0, rank)) {
    const [place, size, taps, stride] = [places[at], sizes[at], kernel[at], strides[at]!];
    if (pads && typeof place === 'number' && typeof size === 'number' && typeof taps === 'number') {
      const surplus = (place - 1) * stride + spanOf(taps, dilations[at]!) - begin[at]! - size;
      end.push(Math.max(surplus, 0));
      extra.push(Math.max(-surplus, 0));
    } else {
      // Rounding hides up to stride - 1 elements at the end; make room for all of them and cut at run time.
      const exact = pads !== undefined && stride === 1 && !window.ceil;
      end.push(pads && !window.ceil ? pads.end[at]! : 0);
      extra.push(exact ? 0 : stride - 1);
      if (!exact) open.push(at);
    }
  }
  const full = graph.op('ConvTranspose', [dy, weights], {
    ...shared,
    pads: [...begin, ...end],
    ...(extra.some((count) => count > 0) && { output_padding: extra }),
  });
  if (open.length === 0) return full;
  const cut = open.map((at) => at + 2);
  const wanted = graph.sizes(input, cut);
  if (pads) return graph.op('Slice', [full, graph.ints(cut.map(() => 0)), wanted, graph.ints(cut)]);
  const start = runtimePads(graph, window, input, weights).begin;
  // What no window reaches has no gradient: zeros in front and behind.
  if (window.reach.some((taps, at) => typeof taps !== 'number' || strides[at]! > taps)) {
    const all = graph.sizes(input, axes);
    return padSpatial(graph, full, graph.neg(start), graph.sub(graph.add(start, all), graph.sizes(full, axes)));
  }
  return graph.op('Slice', [full, start, graph.add(start, wanted), graph.ints(cut)]);
}

/** With stride 1 the transpose is a convolution with the kernel turned round, for which runtimes have better code. */
function asConvolution(
  graph: GraphBuilder,
  dy: Value,
  weights: Value,
  window: Window,
  group: number,
): Value | undefined {
  const { rank, kernel, strides, dilations, pads } = window;
  if (!pads || strides.some((stride) => stride !== 1)) return undefined;
  const begin: number[] = [];
  const end: number[] = [];
  for (const [axis, taps] of kernel.entries()) {
    if (typeof taps !== 'number') return undefined;
    begin.push(spanOf(taps, dilations[axis]!) - 1 - pads.begin[axis]!);
    end.push(spanOf(taps, dilations[axis]!) - 1 - pads.end[axis]!);
  }
  if ([...begin, ...end].some((pad) => pad < 0)) return undefined;
  const turned = graph.reverse(
    exchangeChannels(graph, weights, group, rank),
    range(0, rank).flatMap((axis) => (kernel[axis] === 1 ? [] : [axis + 2])),
  );
  return graph.op('Conv', [dy, turned], {
    kernel_shape: kernel as readonly number[],
    dilations,
    group,
    pads: [...begin, ...end],
  });
}

/**
 * With one kernel a channel and a stride, zeros are put between the elements and a convolution does the rest: in blocks of channels
 * that takes half as long as a transposed convolution, and what follows stays there.
 */
function depthwise(
  graph: GraphBuilder,
  dy: Value,
  weights: Value,
  input: Value,
  window: Window,
  group: number,
): Value | undefined {
  const { rank, kernel, strides, dilations, pads } = window;
  const single = weights.shape?.[0] === group && weights.shape[1] === 1;
  if (!graph.blockedLayout || !single || !pads || !fitsBlocks(input) || !staticShape(dy.shape)) return undefined;
  if (!staticShape(kernel)) return undefined;
  const begin: number[] = [];
  const end: number[] = [];
  for (const at of range(0, rank)) {
    const spread = ((dy.shape![at + 2] as number) - 1) * strides[at]! + 1;
    begin.push(spanOf(kernel[at] as number, dilations[at]!) - 1 - pads.begin[at]!);
    end.push((input.shape![at + 2] as number) + pads.begin[at]! - spread);
  }
  if ([...begin, ...end].some((pad) => pad < 0)) return undefined;
  const apart = spreadOut(graph, dy, group, strides);
  const turned = graph.reverse(
    weights,
    range(2, rank + 2).filter((axis) => kernel[axis - 2] !== 1),
  );
  return graph.op('Conv', [apart, turned], {
    kernel_shape: kernel as readonly number[],
    dilations,
    group,
    pads: [...begin, ...end],
  });
}

/** With kernels of one element and a stride, a convolution where there are gradients, in blocks of channels, and zeros between what it gives. */
function pointwise(
  graph: GraphBuilder,
  dy: Value,
  weights: Value,
  input: Value,
  { rank, kernel, strides, pads }: Window,
  group: number,
): Value | undefined {
  const isPoint = kernel.every((taps) => taps === 1) && pads && [...pads.begin, ...pads.end].every((pad) => pad === 0);
  if (!graph.blockedLayout || !isPoint || group !== 1 || !fitsBlocks(input) || !staticShape(dy.shape)) return undefined;
  const turned = exchangeChannels(graph, weights, group, rank);
  const found = graph.op('Conv', [dy, turned], { kernel_shape: range(0, rank).map(() => 1) });
  const rest = strides.map((stride, at) => {
    const [places, size] = [dy.shape![at + 2] as number, input.shape![at + 2] as number];
    return size - (places - 1) * stride - 1;
  });
  return spreadOut(graph, found, input.shape![1] as number, strides, rest);
}

/** Zeros between the elements along the spatial axes, and `rest` more behind the last ones. */
function spreadOut(
  graph: GraphBuilder,
  a: Value,
  channels: number,
  strides: readonly number[],
  rest: readonly number[] = strides.map(() => 0),
): Value {
  const kernel = strides.map(() => 1);
  const dims = [channels, 1, ...kernel];
  const ones = graph.constant({ type: 'float32', dims, values: new Float32Array(channels).fill(1) });
  return graph.op('ConvTranspose', [a, ones], { strides, group: channels, kernel_shape: kernel, output_padding: rest });
}

/** `[M, C/group, K...]` to `[C, M/group, K...]`. */
function exchangeChannels(graph: GraphBuilder, weights: Value, group: number, rank: number): Value {
  const axes = range(2, rank + 2);
  const [outputs, channels] = weights.shape ?? [];
  if (group === 1) return graph.transpose(weights, [1, 0, ...axes]);
  // Depthwise, one output a channel: both layouts are [C, 1, K...].
  if (channels === 1 && outputs === group) return weights;
  const grouped =
    typeof outputs === 'number'
      ? reshapeTo(graph, weights, [group, outputs / group, [weights, [1, ...axes]]])
      : reshapeTo(graph, weights, [group, -1, [weights, [1, ...axes]]]);
  const exchanged = graph.transpose(grouped, [0, 2, 1, ...axes.map((axis) => axis + 1)]);
  const perGroup: number | Value =
    typeof outputs === 'number' ? outputs / group : graph.div(graph.sizes(weights, [0]), graph.ints([group]));
  const taps = shapeVector(graph, [[weights, axes]]);
  const shape =
    typeof perGroup === 'number'
      ? shapeVector(graph, [-1, perGroup, [weights, axes]])
      : graph.concat([graph.ints([-1]), perGroup, taps], 0);
  return graph.reshape(exchanged, shape);
}

/**
 * The gradient of a convolution's weights: `large` is what the window slides over, `[N, C, D...]`, `small` lies at its places,
 * `[N, M, O...]`; the result is `[M, C/group, K...]`, the sizes of `weights`. Not `exact` where `large` may reach further than the
 * last place needs.
 */
export function kernelGradient(
  graph: GraphBuilder,
  large: Value,
  small: Value,
  weights: Value,
  window: Window,
  group: number,
  exact = true,
): Value {
  const { rank, kernel, strides, dilations } = window;
  const axes = range(2, rank + 2);
  const { input, pads } = withKnownPads(graph, window, large, weights);
  const exchange = [1, 0, ...axes];
  // Batch and channels change places: the sum over the batch becomes the sum over channels that a convolution does anyway.
  const images = group === 1 ? graph.transpose(input, exchange) : groupsAsChannels(graph, input, large, group, axes);
  const found = graph.op('Conv', [images, graph.transpose(small, exchange)], {
    strides: dilations,
    dilations: strides,
    pads: [...pads.begin, ...pads.end],
    group,
  });
  const turned = graph.transpose(found, exchange);
  const loose = range(0, rank).filter((at) => {
    const [size, place, taps] = [large.shape?.[at + 2], small.shape?.[at + 2], kernel[at]];
    if (strides[at] === 1 && window.pads && exact) return false;
    if (!window.pads || typeof size !== 'number' || typeof place !== 'number' || typeof taps !== 'number') return true;
    const room = size + pads.begin[at]! + pads.end[at]! - (place - 1) * strides[at]! - 1;
    return Math.floor(room / dilations[at]!) + 1 !== taps;
  });
  if (loose.length === 0) return turned;
  const cut = loose.map((at) => at + 2);
  return graph.op('Slice', [turned, graph.ints(cut.map(() => 0)), graph.sizes(weights, cut), graph.ints(cut)]);
}

/** `[N, C, D...]` to `[C/group, group * N, D...]`. */
function groupsAsChannels(
  graph: GraphBuilder,
  input: Value,
  sized: Value,
  group: number,
  axes: readonly number[],
): Value {
  // Padding that is written out makes the spatial sizes those of the padded tensor.
  const spatial: readonly [Value, readonly number[]] = [input === sized ? sized : input, axes];
  const grouped = reshapeTo(graph, input, [0, group, -1, spatial]);
  const first = graph.transpose(grouped, [2, 1, 0, ...axes.map((axis) => axis + 1)]);
  return reshapeTo(graph, first, [0, -1, spatial]);
}
