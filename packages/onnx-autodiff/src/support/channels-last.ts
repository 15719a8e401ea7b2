import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { Node } from '../node.ts';
import { range } from '../range.ts';
import type { Value } from '../types.ts';

/** Applies what works on channels in front to a tensor that may have them last, and brings the result back. */
export function channelsFirst(
  graph: GraphBuilder,
  node: Node,
  a: Value,
  isLast: boolean,
  apply: (a: Value) => Value,
): Value {
  if (!isLast) return apply(a);
  const rank = a.shape?.length;
  if (rank === undefined)
    throw errors.ruleLimit(node.operator, node.name, 'an input of unknown rank', 'an input of known rank');
  const result = apply(graph.transpose(a, [0, rank - 1, ...range(1, rank - 1)]));
  return graph.transpose(result, [0, ...range(2, rank), 1]);
}
