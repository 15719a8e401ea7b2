import { GraphBuilder } from '../builder.ts';
import type { Graph, Initializer } from '../graph.ts';
import { Node } from '../node.ts';
import type { Inference } from '../shapes/inference.ts';
import type { Value } from '../types.ts';
import { runtimePads } from './convolution.ts';
import { range } from '../range.ts';
import { readTransposedWindow, transposedOutput } from '../attributes/transposed-window.ts';
import { placesOf, readWindow, spanOf, type Window } from '../attributes/window.ts';

/**
 * The same model with the windows of poolings and convolutions written so that everybody counts them alike. ONNX Runtime's shape
 * inference and its kernels disagree on windows of `ceil_mode` that would start in the padding and on automatic padding that is cut
 * off at zero; what is then inferred from a tensor is wrong, and nodes that are added to the graph are refused.
 */
export function explicitWindows(graph: Graph, inference: Inference): Graph {
  const builder = new GraphBuilder(graph, inference);
  const nodes: Node[] = [];
  let written = 0;
  let changed = false;
  for (const node of graph.nodes) {
    builder.within(node.name);
    const rewritten = node.domain === '' ? (rewrite(node, builder) ?? node) : node;
    if (rewritten !== node) changed = true;
    for (const before of builder.nodes.slice(written)) nodes.push(before);
    nodes.push(rewritten);
    written = builder.nodes.length;
  }
  if (!changed) return graph;
  const initializers = new Map<string, Initializer>([...graph.initializers, ...builder.initializers]);
  return graph.with({ nodes, initializers });
}

function rewrite(node: Node, graph: GraphBuilder): Node | undefined {
  const value = (index: number) => (node.inputs[index] ? graph.value(node.inputs[index]!) : undefined);
  const x = value(0);
  if (!x) return undefined;
  switch (node.operator) {
    case 'MaxPool':
    case 'AveragePool':
    case 'LpPool': {
      const window = readWindow(node, x.shape);
      if (window?.autoPad && window.dilations.some((dilation) => dilation > 1)) return dilated(node, x, window, graph);
      return window && (pooling(node, x, window, graph) ?? cropped(node, x, undefined, window, graph));
    }
    case 'Conv': {
      const window = readWindow(node, x.shape, value(1)?.shape);
      return window && cropped(node, x, value(1), window, graph);
    }
    case 'ConvTranspose':
      return transposed(node, x, value(1), graph);
    default:
      return undefined;
  }
}

function pooling(node: Node, x: Value, window: Window, graph: GraphBuilder): Node | undefined {
  const { rank, kernel, strides, dilations, pads, ceil, autoPad } = window;
  const isValid = node.string('auto_pad', 'NOTSET') === 'VALID';
  if (!pads || (!ceil && !autoPad)) return undefined;
  const begin = [...pads.begin];
  const end = [...pads.end];
  const sizes = range(0, rank).map((at) => x.shape?.[at + 2]);
  // A window that is larger than what it slides over is for the runtime to refuse.
  const spans = kernel.map((taps, at) => spanOf(taps as number, dilations[at]!));
  const fits = sizes.every((size, at) => typeof size !== 'number' || size + begin[at]! + end[at]! >= spans[at]!);
  if (!fits || (autoPad && sizes.some((size) => typeof size !== 'number'))) return undefined;
  const front = range(0, rank).map((at) => Math.max(-begin[at]!, 0));
  const behind = range(0, rank).map((at) => Math.max(-end[at]!, 0));
  let overhangs = false;
  let leftOut = false;
  for (const at of range(0, rank)) {
    const size = sizes[at];
    if (typeof size !== 'number') {
      overhangs ||= ceil;
      continue;
    }
    const count = placesOf(size, spans[at]!, strides[at]!, begin[at]!, end[at]!, ceil);
    const room = size + begin[at]! + end[at]! - spans[at]!;
    overhangs ||= Math.floor(room / strides[at]!) + 1 !== count;
    if (ceil && Math.ceil(room / strides[at]!) + 1 !== count) {
      leftOut = true;
      // Just as much as the last window needs.
      const needed = (count - 1) * strides[at]! + spans[at]! - begin[at]! - size;
      end[at] = Math.min(end[at]!, needed);
      behind[at] = Math.max(-end[at]!, 0);
    }
  }
  const explicit = {
    auto_pad: undefined,
    ceil_mode: overhangs ? 1 : undefined,
    pads: [...begin, ...(overhangs ? end : pads.end)].map((pad) => Math.max(pad, 0)),
  };
  if (!autoPad && !isValid && !leftOut) return undefined;
  // Without an overhanging window nothing needs to be cut off: places are counted down.
  const cut = overhangs ? behind : range(0, rank).map((at) => Math.max(-pads.end[at]!, 0));
  if (![...front, ...cut].some((count) => count > 0)) return node.with({ attributes: explicit });
  // Indices would be those of the part.
  if (node.outputs[1]) return undefined;
  const axes = range(2, rank + 2);
  const from = graph.ints(front);
  const to = graph.ints(axes.map((_, at) => (typeof sizes[at] === 'number' ? sizes[at] - cut[at]! : Infinity)));
  const part = graph.op('Slice', [x, from, to, graph.ints(axes)]);
  return node.with({ inputs: [part.name, ...node.inputs.slice(1)], attributes: explicit });
}

/** Automatic padding with a stride beyond the kernel is negative: what it cuts off is written out, in sums, where zeros add nothing. */
function cropped(
  node: Node,
  x: Value,
  weights: Value | undefined,
  window: Window,
  graph: GraphBuilder,
): Node | undefined {
  const { rank, kernel, strides, autoPad, reach } = window;
  if (!autoPad || (node.operator !== 'Conv' && node.operator !== 'LpPool')) return undefined;
  // Known sizes were seen to with the poolings.
  if (node.operator === 'LpPool' && window.pads) return undefined;
  const apart = kernel.some((_, at) => typeof reach[at] !== 'number' || strides[at]! > reach[at]);
  if (!apart) return undefined;
  const none = graph.ints([0, 0]);
  const { begin, end } = window.pads
    ? { begin: graph.ints(window.pads.begin), end: graph.ints(window.pads.end) }
    : runtimePads(graph, window, x, weights);
  const padded = graph.op('Pad', [x, graph.concat([none, begin, none, end], 0)]);
  const pads = [...range(0, rank), ...range(0, rank)].map(() => 0);
  return node.with({ inputs: [padded.name, ...node.inputs.slice(1)], attributes: { auto_pad: undefined, pads } });
}

/**
 * Automatic padding of a pooling overlooks dilations, so that windows reach beyond it, where the kernels leave out what is not there:
 * the input is padded by what the last window needs, whatever its sizes are.
 */
function dilated(node: Node, x: Value, window: Window, graph: GraphBuilder): Node | undefined {
  const { rank, strides, dilations, ceil } = window;
  const kernel = window.kernel as readonly number[];
  // Indices would be those of the padded input.
  if (node.outputs[1]) return undefined;
  const axes = range(2, rank + 2);
  const size = graph.sizes(x, axes);
  const stride = graph.ints(strides);
  const last = graph.ints(strides.map((step) => step - 1));
  const span = graph.ints(kernel.map((taps, at) => spanOf(taps, dilations[at]!)));
  const { begin, end } = window.pads
    ? { begin: graph.ints(window.pads.begin), end: graph.ints(window.pads.end) }
    : runtimePads(graph, window, x);
  const reached = graph.add(size, begin);
  const room = graph.sub(graph.add(reached, end), span);
  // Divisions are cut off towards zero: up, where the room is negative.
  const up = (a: Value) =>
    graph.add(a, graph.mul(last, graph.op('Min', [graph.op('Max', [a, graph.ints([0])]), graph.ints([1])])));
  const steps = ceil
    ? graph.op('Min', [
        graph.div(up(room), stride),
        graph.sub(graph.div(graph.add(reached, last), stride), graph.ints(strides.map(() => 1))),
      ])
    : graph.div(room, stride);
  const needed = graph.sub(graph.add(graph.mul(steps, stride), span), reached);
  const type = x.type ?? 'float32';
  const scalar = (value: number) => graph.constant({ type, dims: [], values: [value] });
  const attributes = { auto_pad: undefined, ceil_mode: undefined, count_include_pad: undefined, pads: undefined };
  const around = (a: Value, front: Value, behind: Value, value: Value) => {
    const none = graph.ints([0, 0]);
    return graph.op('Pad', [a, graph.concat([none, front, none, behind], 0), value]);
  };
  if (node.operator !== 'AveragePool') {
    const padded = around(x, begin, needed, scalar(node.operator === 'MaxPool' ? lowest(type) : 0));
    return node.with({ inputs: [padded.name], attributes });
  }
  const none = graph.ints(strides.map(() => 0));
  const one = graph.ints(strides.map(() => 1));
  // Padded by one more, which is cut off: the runtime would fold a padding into the pooling, where it may be too long.
  const average = (a: Value, front: Value, behind: Value) => {
    const wider = around(a, front, graph.add(behind, one), scalar(0));
    const part = graph.op('Slice', [wider, none, graph.neg(one), graph.ints(axes)]);
    return graph.op('AveragePool', [part], { kernel_shape: kernel, strides, dilations });
  };
  const counted = node.int('count_include_pad', 0) !== 0;
  // An average leaves out what negative padding cuts off behind, even where a tap reaches it.
  const cut = graph.op('Min', [end, graph.ints([0])]);
  const ones = graph.op('Expand', [
    scalar(1),
    graph.concat([graph.ints([1, 1]), counted ? graph.add(reached, end) : graph.add(size, cut)], 0),
  ]);
  const behind = graph.sub(needed, cut);
  const share = counted ? average(ones, none, graph.sub(needed, end)) : average(ones, begin, behind);
  // A window of nothing is 0.
  const least = scalar(0.5 / kernel.reduce((product, taps) => product * taps, 1));
  const divisor = graph.op('Max', [share, least]);
  const sums = average(around(x, none, cut, scalar(0)), begin, behind);
  return Node.of('Div', [sums.name, divisor.name], node.outputs, {}, node.name);
}

/** What is below all that a type holds. */
function lowest(type: string): number {
  if (type === 'int8') return -128;
  return type === 'uint8' ? 0 : -Infinity;
}

function transposed(node: Node, x: Value, weights: Value | undefined, graph: GraphBuilder): Node | undefined {
  const window = readTransposedWindow(node, x.shape, weights?.shape ?? graph.value(node.inputs[1] ?? '').shape);
  if (!window?.pads) return undefined;
  const pads = [...window.pads.begin, ...window.pads.end];
  if (!window.outputShape) return window.same ? node.with({ attributes: { auto_pad: undefined, pads } }) : undefined;
  // The inference gives up on sizes below those of the input.
  const smaller = window.outputShape.some((size, at) => size < Number(x.shape?.[at + 2]));
  const reached = transposedOutput({ ...window, outputShape: undefined, same: false }, x.shape?.slice(2) ?? []);
  const exact = reached.length === window.rank && reached.every((size, at) => size === window.outputShape![at]);
  return smaller && exact
    ? node.with({ attributes: { auto_pad: undefined, output_shape: undefined, pads } })
    : undefined;
}
