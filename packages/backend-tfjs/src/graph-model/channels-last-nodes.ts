import type { JsonNode } from './node.ts';
import { whole, type Parts } from './parts.ts';
import { textOf } from './text-of.ts';

/** Operators on images, and which input is one. */
const images: Readonly<Record<string, number>> = {
  _FusedConv2D: 0,
  AvgPool: 0,
  BiasAdd: 0,
  Conv2D: 0,
  Conv2DBackpropInput: 2,
  DepthToSpace: 0,
  DepthwiseConv2d: 0,
  DepthwiseConv2dNative: 0,
  FusedBatchNorm: 0,
  FusedBatchNormV2: 0,
  FusedBatchNormV3: 0,
  FusedDepthwiseConv2dNative: 0,
  MaxPool: 0,
};

const toLast = [0, 2, 3, 1];
const toFirst = [0, 3, 1, 2];

/**
 * A node on images that lie channels first, as one on images that lie channels last, between two that turn them: engines of
 * TensorFlow.js refuse the format, or pass over it and take the wrong axis for the channels.
 */
export function channelsLast(node: JsonNode): Parts {
  const place = images[node.op];
  if (place === undefined || textOf((node.attr?.['data_format'] as { readonly s?: unknown } | undefined)?.s) !== 'NCHW')
    return whole(node);
  const { name, op, input = [], attr = {} } = node;
  const names = { last: `${name}/to_last`, first: `${name}/to_first`, image: `${name}/image`, own: `${name}/NHWC` };
  const constants = new Map<string, readonly number[]>([
    [names.last, toLast],
    [names.first, toFirst],
  ]);
  const kind = attr['T'] === undefined ? {} : { T: attr['T'] };
  const inputs = input.with(place, names.image);
  const nodes: JsonNode[] = [
    { name: names.image, op: 'Transpose', input: [input[place]!, names.last], attr: kind },
    { name: names.own, op, input: inputs, attr: turned(attr) },
    { name, op: 'Transpose', input: [names.own, names.first], attr: kind },
  ];
  if (op === 'Conv2DBackpropInput') {
    // The size of the result is an input too.
    const [axis, sizes] = [`${name}/axis`, `${name}/sizes`];
    constants.set(axis, [0]);
    nodes.unshift({ name: sizes, op: 'GatherV2', input: [input[0]!, names.last, axis], attr: {} });
    inputs[0] = sizes;
  }
  return { nodes, constants };
}

function turned(attr: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const order = (name: string, of: (values: readonly unknown[]) => readonly unknown[]) => {
    const list = (attr[name] as { readonly list?: { readonly i?: readonly unknown[] } } | undefined)?.list?.i;
    return list === undefined || list.length === 0 ? {} : { [name]: { list: { i: of(list) } } };
  };
  const axes = (values: readonly unknown[]) => toLast.map((axis) => values[axis]);
  const pairs = (values: readonly unknown[]) => toLast.flatMap((axis) => values.slice(2 * axis, 2 * axis + 2));
  return {
    ...attr,
    ...order('strides', axes),
    ...order('dilations', axes),
    ...order('ksize', axes),
    ...order('explicit_paddings', pairs),
    data_format: { s: btoa('NHWC') },
  };
}
