import { errors } from '../errors.ts';
import type { GradientContext, GradientRule } from '../gradient-rule.ts';
import { countUp, extents, type Extent } from '../support/placement.ts';
import { elementTypeOf, type Value } from '../types.ts';

export const attention: GradientRule = {
  operator: 'Attention',
  opsets: [23, 26],
  covers:
    'Three and four axes, grouped heads, Boolean and added masks, is_causal, scale, softcap; the gradients of query, key, value and ' +
    'an added mask.',
  refuses: {
    'past keys and values, nonpad_kv_seqlen': 'caches of language models, which are filled step by step',
    'left_window_size and right_window_size':
      'language models have them; networks for pictures write a window as a mask',
    'an objective that reads the further outputs': 'nothing that is explained reads them',
    'a mask over some of the keys': 'versions of ONNX differ in what becomes of the others',
  },
  inputs: [0, 1, 2, 3],
  gradient(context) {
    refuseLimits(context);
    let shared: ReturnType<typeof backward> | undefined;
    const parts = () => (shared ??= backward(context));
    return {
      0: () => parts().query(),
      1: () => parts().key(),
      2: () => parts().value(),
      3: () => parts().mask(),
    };
  },
};

function refuseLimits({ node, inputs, gradients }: GradientContext): void {
  const refuse = (found: string, expected: string) => errors.ruleLimit('Attention', node.name, found, expected);
  if (inputs[4] ?? inputs[5]) throw refuse('past keys and values', 'no cache');
  if (inputs[6]) throw refuse('nonpad_kv_seqlen', 'a mask instead');
  if (gradients.slice(1).some((gradient) => gradient)) {
    throw refuse('an objective that depends on its further outputs', 'one that depends on the first output alone');
  }
  if (node.int('left_window_size', -1) >= 0 || node.int('right_window_size', -1) >= 0) {
    throw refuse('a window', 'a mask instead');
  }
  if (inputs.slice(0, 3).some((input) => !input!.shape)) throw refuse('an input of unknown rank', 'a known rank');
}

/** The probabilities computed again, and from them the gradients of what went into them. */
function backward({ node, inputs, outputs: [y], gradients: [dy], graph }: GradientContext) {
  const [query, key, value, mask] = inputs;
  const type = dy!.type ?? 'float32';
  const flat = query!.shape!.length === 3;
  const size = (a: Value, axis: number): Extent => {
    const known = a.shape?.[axis];
    return typeof known === 'number' ? known : graph.sizes(a, [axis]);
  };
  const heads = (a: Value, count: number) =>
    flat ? graph.transpose(graph.reshape(a, [0, 0, count, -1]), [0, 2, 1, 3]) : a;
  const queryHeads = node.int('q_num_heads', 1);
  const keyHeads = node.int('kv_num_heads', 1);
  const [q, k, v] = [heads(query!, queryHeads), heads(key!, keyHeads), heads(value!, keyHeads)];
  const [out, dOut] = [heads(y!, queryHeads), heads(dy!, queryHeads)];

  // Query heads that share a key head become more rows of it, which also sums over them on the way back.
  const grouped = q.shape?.[1] !== k.shape?.[1];
  const join = (a: Value, last: Extent) => (grouped ? graph.reshape(a, extents(graph, [0, size(k, 1), -1, last])) : a);
  const part = (a: Value, last: Extent) =>
    grouped ? graph.reshape(a, extents(graph, [0, size(q, 1), size(q, 2), last])) : a;

  const given = node.float('scale');
  const depth = q.shape?.[3];
  const width = () => graph.cast(graph.sizes(q, [3]), type);
  const scale =
    given !== undefined || typeof depth === 'number'
      ? graph.scalarLike(q, given ?? 1 / Math.sqrt(depth as number))
      : graph.op('Reciprocal', [graph.op('Sqrt', [width()])]);
  const scaled = join(graph.mul(q, scale), size(q, 3));
  const cap = node.float('softcap', 0);
  const raw = part(graph.matmul(scaled, graph.transposeLast(k)), size(k, 2));
  const bent = cap > 0 ? graph.op('Tanh', [graph.scale(raw, 1 / cap)]) : undefined;
  let scores = bent ? graph.scale(bent, cap) : raw;
  const never = graph.scalarLike(q, -Infinity);
  if (node.int('is_causal', 0) === 1) {
    const [rows, columns] = [countUp(graph, graph.sizes(q, [2])), countUp(graph, graph.sizes(k, [2]))];
    const past = graph.op('GreaterOrEqual', [graph.unsqueeze(rows, [1]), columns]);
    scores = graph.where(past, scores, never);
  }
  if (mask) {
    const [covered, total] = [mask.shape?.at(-1), k.shape?.[2]];
    if (typeof covered === 'number' && typeof total === 'number' && covered !== total && covered !== 1) {
      throw errors.ruleLimit('Attention', node.name, `a mask over ${covered} of ${total} keys`, 'one over every key');
    }
    scores = mask.type === 'bool' ? graph.where(mask, scores, never) : graph.add(scores, mask);
  }
  const precision = elementTypeOf(node.int('softmax_precision', 0)) ?? type;
  const soft = graph.cast(graph.op('Softmax', [graph.cast(scores, precision)], { axis: -1 }), type);
  // A query that may see no key has an output of zero.
  const probabilities = mask ? graph.where(graph.op('IsNaN', [soft]), graph.scalarLike(q, 0), soft) : soft;

  const rowsOut = join(dOut, size(v, 3));
  let inner: Value | undefined;
  /** The gradient of the scores before the mask was added. */
  const dScores = () => {
    if (inner) return inner;
    const dProbabilities = part(graph.matmul(rowsOut, graph.transposeLast(v)), size(k, 2));
    // The mean of the gradient under the probabilities is what the output says it is.
    const mean = graph.reduceSum(graph.mul(dOut, out), [3]);
    inner = graph.mul(probabilities, graph.sub(dProbabilities, mean));
    return inner;
  };
  let outer: Value | undefined;
  const dRaw = () =>
    (outer ??= join(
      bent ? graph.mul(dScores(), graph.sub(graph.scalarLike(q, 1), graph.mul(bent, bent))) : dScores(),
      size(k, 2),
    ));
  const back = (gradient: Value, like: Value) =>
    graph.withShape(flat ? graph.reshapeLike(graph.transpose(gradient, [0, 2, 1, 3]), like) : gradient, like);
  return {
    query: () => back(graph.mul(part(graph.matmul(dRaw(), k), size(k, 3)), scale), query!),
    key: () => back(graph.matmul(graph.transposeLast(dRaw()), scaled), key!),
    value: () => back(graph.matmul(graph.transposeLast(join(probabilities, size(k, 2))), rowsOut), value!),
    mask: () => graph.unbroadcast(dScores(), mask!),
  };
}
