import type { Dimension, GraphNode, GraphView, Model } from '@understory/core';
import { integersOf } from './constant-of.ts';

/** An average over all places of a feature map. */
export interface Pooling {
  /** The feature map's tensor. */
  readonly features: string;
  readonly layout: 'NCHW' | 'NHWC';
  /** The window of an AveragePool, to be held against a size that is only known when the model runs. */
  readonly window?: readonly [height: number, width: number];
}

/** The average that a node takes, a reason why it is not one over all places, or undefined where it takes none. */
export function poolingOf(model: Model, graph: GraphView, node: GraphNode): Pooling | string | undefined {
  const [features = ''] = node.inputs;
  const dims = [...model.layers, ...model.inputs].find(({ name }) => name === features)?.dims;
  const what = `${node.operator} "${node.name}"`;
  if (node.operator === 'GlobalAveragePool') {
    return dims === undefined || dims.length === 4
      ? { features, layout: 'NCHW' }
      : `${what} averages a tensor ${shown(dims)}, which has no height and width`;
  }
  if (node.operator === 'ReduceMean') {
    const axes = integersOf(graph, node, 'axes', 1);
    const rank = dims?.length ?? 4;
    const averaged = axes?.map((axis) => (axis < 0 ? axis + rank : axis)).sort((left, right) => left - right);
    if (rank === 4 && averaged?.join() === '2,3') return { features, layout: 'NCHW' };
    if (rank === 4 && averaged?.join() === '1,2') return { features, layout: 'NHWC' };
    const over = averaged === undefined ? 'over all axes' : `over axes ${averaged.join(', ')}`;
    return `${what} averages ${over} of ${dims === undefined ? 'a tensor' : shown(dims)}, not over height and width`;
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
    if (more.length === 0 && !isPadded && covers) return { features, layout: 'NCHW', window: [height, width] };
    return `${what} averages windows of ${height} x ${width}${dims === undefined ? '' : ` of ${shown(dims)}`}, not all places`;
  }
  return undefined;
}

function shown(dims: readonly Dimension[]): string {
  return `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}
