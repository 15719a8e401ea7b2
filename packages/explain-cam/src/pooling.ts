import { layerReadings, parseLayout } from '@understory/core';
import type { Dimension, GraphNode, GraphView, LayerReading, LayerSpec, Layout, Model } from '@understory/core';
import { integersOf, producerOf } from './constant-of.ts';

/** An average over all places of a feature map. */
export interface Pooling {
  /** The feature map's layer. */
  readonly features: LayerSpec;
  /** What the axes are where nothing but the average itself tells, or what a person says of them. */
  readonly layout?: Layout;
  /** The window of an AveragePool, to be held against a size that is only known when the model runs. */
  readonly window?: readonly [height: number, width: number];
}

/**
 * The average that a node takes, a reason why it is not one over all places, or undefined where it takes none. Which axes are places is
 * what the graph tells of the layer or a person in `stated`; where neither does, the two axes of four that are averaged.
 */
export function poolingOf(
  model: Model,
  graph: GraphView,
  node: GraphNode,
  stated?: Layout,
): Pooling | string | undefined {
  const what = `${node.operator} "${node.name}"`;
  const layerOf = (name: string) => [...model.layers, ...model.inputs].find((layer) => layer.name === name);
  const known = layerOf(node.inputs[0] ?? '');
  const dims = known?.dims;
  if (node.operator === 'GlobalAveragePool') {
    const averaged = Array.from({ length: Math.max(1, (dims?.length ?? 4) - 2) }, (_, at) => at + 2);
    return overPlaces(model, what, asLayer(node.inputs[0]!, known), averaged, stated);
  }
  if (node.operator === 'ReduceMean') {
    const { name, axes } = gathered(graph, node, (of) => layerOf(of)?.dims?.length);
    return overPlaces(model, what, asLayer(name, layerOf(name)), axes, stated);
  }
  if (node.operator === 'AveragePool') {
    const [height = 0, width = 0, ...more] = integersOf(graph, node, 'kernel_shape', -1) ?? [];
    const pads = integersOf(graph, node, 'pads', -1) ?? [];
    const { auto_pad: mode = 'NOTSET' } = node.attributes;
    const isPadded = pads.some((pad) => pad !== 0) || (mode !== 'NOTSET' && mode !== 'VALID');
    const [, , mapHeight, mapWidth] = dims ?? [];
    const covers = [
      [mapHeight, height],
      [mapWidth, width],
    ].every(([size, side]) => typeof size !== 'number' || size === side);
    if (more.length === 0 && !isPadded && covers) {
      const pooling = overPlaces(model, what, asLayer(node.inputs[0]!, known), [2, 3], stated);
      return typeof pooling === 'string' ? pooling : { ...pooling, window: [height, width] };
    }
    return `${what} averages windows of ${height} x ${width}${dims === undefined ? '' : ` of ${shown(dims)}`}, not all places`;
  }
  return undefined;
}

function asLayer(name: string, found: Model['inputs'][number] | undefined): LayerSpec {
  const { type = 'float32', dims } = found ?? {};
  return { name, type, dims, operator: '', modules: [] };
}

/** The tensor that is averaged, and over which of its axes; means that follow on one another are one. */
function gathered(
  graph: GraphView,
  node: GraphNode,
  rankOf: (name: string) => number | undefined,
): { readonly name: string; readonly axes: readonly number[] | undefined } {
  let name = node.inputs[0] ?? '';
  let axes = meanAxes(graph, node, rankOf(name));
  for (;;) {
    const before = producerOf(graph, name);
    if (before?.operator !== 'ReduceMean' || axes === undefined) break;
    const [source = ''] = before.inputs;
    const rank = rankOf(source);
    const earlier = meanAxes(graph, before, rank);
    if (earlier === undefined || rank === undefined) break;
    const left = Array.from({ length: rank }, (_, at) => at).filter(
      (at) => before.attributes['keepdims'] !== 0 || !earlier.includes(at),
    );
    const later = axes.map((axis) => left[axis]);
    axes = [...new Set([...earlier, ...later.flatMap((axis) => axis ?? [])])].sort((one, other) => one - other);
    name = source;
  }
  return { name, axes };
}

function meanAxes(graph: GraphView, node: GraphNode, rank = 4): readonly number[] | undefined {
  const axes = integersOf(graph, node, 'axes', 1);
  return axes?.map((axis) => (axis < 0 ? axis + rank : axis)).sort((left, right) => left - right);
}

/** Whether the axes that are averaged are those of height and width, and whole. */
function overPlaces(
  model: Model,
  what: string,
  features: LayerSpec,
  averaged: readonly number[] | undefined,
  stated: Layout | undefined,
): Pooling | string {
  const { name, dims } = features;
  const of = dims === undefined ? 'a tensor' : shown(dims);
  const over = averaged === undefined ? 'over all axes' : `over axes ${averaged.join(', ')}`;
  const refusal = `${what} averages ${over} of ${of}, not over height and width`;
  if (averaged === undefined) return refusal;
  const reading = stated === undefined ? (layerReadings(model).get(name) ?? 'unknown') : parseLayout(stated);
  if (typeof reading === 'object') {
    if (placesIn(reading).join() !== averaged.join()) return refusal;
    const isMore = averaged.some((at) => reading.axes[at]!.before + reading.axes[at]!.after > 0);
    if (isMore) return `${what} averages tokens that stand for no place too`;
    return { features, ...(stated !== undefined && { layout: stated }) };
  }
  const byAverage = layoutOfAverage[averaged.join()];
  if (reading === 'unknown' && (dims?.length ?? 4) === 4 && byAverage) return { features, layout: byAverage };
  if ((dims?.length ?? 4) === 4 && byAverage === undefined) return refusal;
  return `${what} averages ${of}, which has no height and width that the graph tells`;
}

const layoutOfAverage: Readonly<Record<string, Layout>> = { '2,3': 'nchw', '1,2': 'nhwc' };

/** The axes that height and width lie on. */
function placesIn({ axes, isSquare }: LayerReading): readonly number[] {
  if (isSquare) return [1];
  return axes.flatMap(({ factors }, at) =>
    factors.some(({ role }) => role === 'height' || role === 'width') ? [at] : [],
  );
}

function shown(dims: readonly Dimension[]): string {
  return `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}
