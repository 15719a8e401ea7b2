import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { Node } from '../node.ts';
import type { Value } from '../types.ts';
import { countUp } from './placement.ts';

/** Query, key and value by heads, `[N, heads, places, size]`. */
export interface Heads {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}

/** What com.microsoft's attentions hide of the keys, and what they add to scores. */
export interface HeadsMask {
  /** Whole numbers: 1 where a key `[N, keys]` or a pair `[N, queries, keys]` counts; or `[N]`, how many keys do. */
  readonly mask: Value | undefined;
  readonly added: Value | undefined;
}

/** `[N, places, heads * size]` as heads. */
export function splitHeads(graph: GraphBuilder, a: Value, heads: number): Value {
  return graph.transpose(graph.reshape(a, [0, 0, heads, -1]), [0, 2, 1, 3]);
}

/** Heads side by side, `[N, places, heads * size]`. */
export function joinHeads(graph: GraphBuilder, a: Value): Value {
  return graph.reshape(graph.transpose(a, [0, 2, 1, 3]), [0, 0, -1]);
}

/** Attention as ONNX Runtime's own operators compute it, `[N, heads, queries, size of a value]`. */
export function attend(
  graph: GraphBuilder,
  node: Node,
  { query, key, value }: Heads,
  { mask, added }: HeadsMask,
): Value {
  const given = node.float('scale', 0);
  const raw = graph.matmul(query, graph.transposeLast(key));
  const depth = query.shape?.[3];
  const root = () =>
    typeof depth === 'number'
      ? graph.scalarLike(raw, Math.sqrt(depth))
      : graph.op('Sqrt', [graph.cast(graph.sizes(query, [3]), query.type ?? 'float32')]);
  let scores = given === 0 ? graph.div(raw, root()) : graph.scale(raw, given);
  if (added) scores = graph.add(scores, added);
  const filter = graph.scalarLike(scores, node.float('mask_filter_value', -10000));
  const none = graph.scalarLike(scores, 0);
  const hide = (visible: Value) => (scores = graph.add(scores, graph.where(visible, none, filter)));
  if (mask) hide(visibleKeys(graph, node, mask, query, key));
  if (node.int('unidirectional', 0) === 1) {
    const [queries, keys] = [graph.sizes(query, [2]), graph.sizes(key, [2])];
    // With a past the queries are the last of the keys.
    const places = graph.add(countUp(graph, queries), graph.sub(keys, queries));
    const lowest = graph.scalarLike(scores, -Infinity);
    const past = graph.op('GreaterOrEqual', [graph.unsqueeze(places, [1]), countUp(graph, keys)]);
    scores = graph.where(past, scores, lowest);
  }
  return graph.matmul(graph.op('Softmax', [scores], { axis: -1 }), value);
}

/** Whether a key counts, so that it broadcasts to the scores. */
function visibleKeys(graph: GraphBuilder, node: Node, mask: Value, query: Value, key: Value): Value {
  const whole = (value: number) => graph.constant({ type: mask.type ?? 'int32', dims: [], values: [value] });
  const positive = (a: Value, axes: readonly number[]) => graph.unsqueeze(graph.op('Greater', [a, whole(0)]), axes);
  switch (mask.shape?.length) {
    case 3:
      return positive(mask, [1]);
    case 2:
      return positive(mask, [1, 2]);
    case 1: {
      if (mask.shape[0] !== query.shape?.[0]) break;
      const places = graph.cast(countUp(graph, graph.sizes(key, [2])), mask.type ?? 'int32');
      return graph.op('Less', [places, graph.unsqueeze(mask, [1, 2, 3])]);
    }
    default:
  }
  throw errors.ruleLimit(
    node.operator,
    node.name,
    `a mask of shape [${mask.shape?.join(', ') ?? 'unknown'}]`,
    'one of two or three axes, or the number of keys of each sample',
  );
}
