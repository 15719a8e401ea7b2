import type { GraphNode, GraphView } from './contracts/graph.ts';

/** Where attention weighs values. */
export interface AttentionSite {
  /** The place in `graph.nodes` of the node that weighs the values. */
  readonly at: number;
  /** The last tensor that both the weights and the values are computed from; undefined where they have none in common. */
  readonly source: string | undefined;
}

/** One attention of a graph. */
export interface Attention {
  /** The place in `graph.nodes` of the node that weighs the values. */
  readonly at: number;
  /** The softmax whose result weighs the values; undefined where one operator is the whole attention and hands out no weights. */
  readonly softmax: GraphNode | undefined;
}

/** Operators that are a whole attention on queries, keys and values. */
const onQueriesKeysValues = new Set([
  'Attention',
  'com.microsoft.MultiHeadAttention',
  'com.microsoft.GroupQueryAttention',
]);

/** Operators that are a whole attention and project its one input themselves. */
const onOneInput = new Set(['com.microsoft.Attention', 'com.microsoft.QAttention']);

/** What may stand between the softmax and the product with the values: nothing that mixes in another activation. */
const passesWeights = new Set(
  (
    'Add Cast CastLike Clip Conv DequantizeLinear Div Dropout Einsum Expand Identity MatMul Mul QuantizeLinear Reshape Slice ' +
    'Squeeze Transpose Unsqueeze Where'
  ).split(' '),
);

/** The last attention of a graph whose result `isOnPath`; `isComputed` tells activations from weights and shapes. */
export function lastAttention(
  graph: GraphView,
  isComputed: (name: string) => boolean,
  isOnPath: (name: string) => boolean,
): AttentionSite | undefined {
  const { nodes } = graph;
  const producers = new Map(nodes.flatMap(({ outputs }, at) => outputs.map((name) => [name, at] as const)));
  for (let at = nodes.length - 1; at >= 0; at -= 1) {
    const node = nodes[at]!;
    const [output = ''] = node.outputs;
    if (!isComputed(output)) continue;
    const operands = operandsOf(node, nodes, producers, isComputed);
    if (operands === undefined || !isOnPath(output)) continue;
    return { at, source: lastCommonSource(operands, nodes, producers, isComputed) };
  }
  return undefined;
}

/** Every attention of a graph whose result `isOnPath`, in execution order; `isComputed` tells activations from weights and shapes. */
export function attentionsOf(
  graph: GraphView,
  isComputed: (name: string) => boolean,
  isOnPath: (name: string) => boolean,
): readonly Attention[] {
  const { nodes } = graph;
  const producers = new Map(nodes.flatMap(({ outputs }, at) => outputs.map((name) => [name, at] as const)));
  return nodes.flatMap((node, at): Attention[] => {
    const [output = ''] = node.outputs;
    if (!isComputed(output) || !isOnPath(output)) return [];
    const operands = operandsOf(node, nodes, producers, isComputed);
    if (operands === undefined) return [];
    const isWhole = onOneInput.has(node.operator) || onQueriesKeysValues.has(node.operator);
    return [{ at, softmax: isWhole ? undefined : nodes[producers.get(operands[0] ?? '') ?? -1] }];
  });
}

/** The tensors whose meeting is attention: softmax and values, or queries, keys and values; undefined for every other node. */
function operandsOf(
  { operator, inputs }: GraphNode,
  nodes: readonly GraphNode[],
  producers: ReadonlyMap<string, number>,
  isComputed: (name: string) => boolean,
): readonly string[] | undefined {
  if (onOneInput.has(operator)) return inputs.slice(0, 1);
  const computed = inputs.filter(isComputed);
  if (onQueriesKeysValues.has(operator)) return inputs.slice(0, 3).filter(isComputed);
  if ((operator !== 'MatMul' && operator !== 'Einsum') || computed.length !== 2) return undefined;
  const [first = '', second = ''] = computed;
  const softmaxBehind = (name: string) => {
    for (let at = producers.get(name); at !== undefined;) {
      const node = nodes[at]!;
      if (node.operator === 'Softmax') return node.outputs[0];
      const [only, ...others] = node.inputs.filter(isComputed);
      if (only === undefined || others.length > 0 || !passesWeights.has(node.operator)) return undefined;
      at = producers.get(only);
    }
    return undefined;
  };
  const left = softmaxBehind(first);
  if (left !== undefined) return [left, second];
  const right = softmaxBehind(second);
  return right === undefined ? undefined : [right, first];
}

function lastCommonSource(
  tensors: readonly string[],
  nodes: readonly GraphNode[],
  producers: ReadonlyMap<string, number>,
  isComputed: (name: string) => boolean,
): string | undefined {
  const [first, ...others] = tensors.map((name) => sourcesOf(name, nodes, producers, isComputed));
  if (first === undefined) return undefined;
  let found: string | undefined;
  let latest = -1;
  for (const name of first) {
    const at = producers.get(name) ?? -1;
    if (at > latest && others.every((sources) => sources.has(name))) [found, latest] = [name, at];
  }
  return found;
}

/** The activations that a tensor is computed from, itself among them. */
function sourcesOf(
  tensor: string,
  nodes: readonly GraphNode[],
  producers: ReadonlyMap<string, number>,
  isComputed: (name: string) => boolean,
): ReadonlySet<string> {
  const sources = new Set([tensor]);
  // What is added while the loop runs is visited too.
  for (const name of sources) {
    const at = producers.get(name);
    if (at === undefined) continue;
    for (const input of nodes[at]!.inputs) if (isComputed(input)) sources.add(input);
  }
  return sources;
}
