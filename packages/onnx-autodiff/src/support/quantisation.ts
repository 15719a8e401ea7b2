import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { Node } from '../node.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import type { Value } from '../types.ts';

/** A scale or zero point, one for the whole tensor or one a slice along `axis`, shaped so that it broadcasts to the tensor. */
export function alongAxis(graph: GraphBuilder, node: Node, tensor: Value, parameter: Value): Value {
  const limit = (found: string) =>
    errors.ruleLimit(node.operator, node.name, found, 'one scale for the tensor, or one for each slice along an axis');
  if (node.int('block_size', 0) !== 0) throw limit('a scale for each block');
  const { shape } = parameter;
  if (!shape) throw limit('a scale whose rank is not known ahead');
  if (shape.length === 0 || (shape.length === 1 && shape[0] === 1)) return parameter;
  if (shape.length > 1 || !tensor.shape)
    throw limit(`a scale of rank ${shape.length}, a tensor of rank ${tensor.shape?.length ?? 'unknown'}`);
  const behind = tensor.shape.length - 1 - normaliseAxis(node.int('axis', 1), tensor.shape.length);
  return behind <= 0 ? parameter : graph.reshape(parameter, [-1, ...Array.from({ length: behind }, () => 1)]);
}
