import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { Node } from '../node.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import type { Value } from '../types.ts';
import { withMargins } from './placement.ts';

/** A scale or zero point, one for the tensor, one a slice along `axis` or one a block of it, shaped so that it broadcasts to the tensor. */
export function alongAxis(graph: GraphBuilder, node: Node, tensor: Value, parameter: Value): Value {
  const limit = (found: string) =>
    errors.ruleLimit(
      node.operator,
      node.name,
      found,
      'a scale for the tensor, for each slice along an axis or each block',
    );
  const { shape } = parameter;
  if (!shape) throw limit('a scale whose rank is not known ahead');
  const blocks = blocksOf(node, tensor);
  if (blocks) {
    const spread = graph.op('Expand', [graph.unsqueeze(parameter, [blocks.axis + 1]), graph.ints(blocks.ones)]);
    const rows = graph.reshape(spread, blocks.joined);
    // The last block may be cut off.
    const size = graph.sizes(tensor, [blocks.axis]);
    return graph.op('Slice', [rows, graph.ints([0]), size, graph.ints([blocks.axis])]);
  }
  if (shape.length === 0 || (shape.length === 1 && shape[0] === 1)) return parameter;
  if (shape.length > 1 || !tensor.shape)
    throw limit(`a scale of rank ${shape.length}, a tensor of rank ${tensor.shape?.length ?? 'unknown'}`);
  const behind = tensor.shape.length - 1 - normaliseAxis(node.int('axis', 1), tensor.shape.length);
  return behind <= 0 ? parameter : graph.reshape(parameter, [-1, ...Array.from({ length: behind }, () => 1)]);
}

/** The gradient of a scale from that of each element's own; `step` is what `alongAxis` made of the scale. */
export function totalAlongAxis(
  graph: GraphBuilder,
  node: Node,
  { tensor, step, scale }: { readonly tensor: Value; readonly step: Value; readonly scale: Value },
  gradient: Value,
): Value {
  const blocks = blocksOf(node, tensor);
  if (!blocks) return graph.reshapeLike(graph.unbroadcast(gradient, step), scale);
  const { axis, apart, size } = blocks;
  const whole = graph.mul(graph.sizes(scale, [axis]), graph.ints([size]));
  const missing = graph.sub(whole, graph.sizes(tensor, [axis]));
  const padded = withMargins(graph, gradient, [{ axis, before: 0, after: missing }]);
  return graph.withShape(graph.reduceSum(graph.reshape(padded, apart), [axis + 1], false), scale);
}

interface Blocks {
  readonly axis: number;
  readonly size: number;
  /** Shapes for Expand and Reshape of `[..., blocks, size, ...]`. */
  readonly ones: readonly number[];
  readonly apart: readonly number[];
  readonly joined: readonly number[];
}

function blocksOf(node: Node, tensor: Value): Blocks | undefined {
  const size = node.int('block_size', 0);
  const rank = tensor.shape?.length;
  if (size === 0) return undefined;
  if (rank === undefined)
    throw errors.ruleLimit(node.operator, node.name, 'blocks of a tensor of unknown rank', 'a tensor of known rank');
  const axis = normaliseAxis(node.int('axis', 1), rank);
  const behind = tensor.shape!.slice(axis + 1);
  if (!behind.every((dim) => typeof dim === 'number'))
    throw errors.ruleLimit(
      node.operator,
      node.name,
      'blocks in front of axes whose sizes are not known ahead',
      'known sizes',
    );
  const front = Array<number>(axis).fill(0);
  return {
    ...{ axis, size },
    ones: [...Array<number>(axis + 1).fill(1), size, ...behind.map(() => 1)],
    apart: [...front, -1, size, ...behind],
    joined: [...front, -1, ...behind],
  };
}
