import type { GraphNode, GraphView } from '@understory/core';

/** A mask of keys where attention reads it. */
export interface AttentionMask {
  /** The tensor that meets the scores. */
  readonly read: string;
  /**
   * Tensors that hold the mask and that nothing but attention reads, from `read` to the one furthest from it. Whatever replaces any of them
   * changes what attention reads and no more: not the positions that are counted over the same pixels.
   */
  readonly tensors: readonly string[];
}

/** Attention as one operator, which takes its mask beside queries, keys and values. */
const wholeAttention = new Set([
  'Attention',
  'com.microsoft.Attention',
  'com.microsoft.MultiHeadAttention',
  'com.microsoft.GroupQueryAttention',
]);

/** What makes the scores of attention of queries and keys, and what weighs values by them. */
const multiplies = new Set(['MatMul', 'Einsum']);

/** What no scores go through. */
const isNoWay = new Set(['Conv', 'Gemm', 'LayerNormalization', 'Softmax']);

/** Operators that read the sizes of a tensor alone. */
const readsSizes = new Set(['Shape', 'Size']);

/**
 * Where attention reads what a pixel mask says: the masks that are added to its scores, or that choose between a score and minus infinity, on their way
 * from the mask to the softmax.
 */
export function attentionMasks(graph: GraphView, picture: string, pixelMask: string): readonly AttentionMask[] {
  const ofPicture = madeOf(graph, picture);
  const ofMask = madeOf(graph, pixelMask);
  const isMask = (name: string) => ofMask.has(name) && !ofPicture.has(name);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = readersOf(graph);

  // The places where a mask meets the scores of an attention.
  const joins = new Map<GraphNode, Set<string>>();
  const join = (node: GraphNode) => {
    const masks = node.inputs.filter(isMask);
    if (masks.length > 0) joins.set(node, new Set([...(joins.get(node) ?? []), ...masks]));
  };
  for (const node of graph.nodes) {
    if (wholeAttention.has(node.operator)) join(node);
    if (node.operator !== 'Softmax' || !weighsValues(node, readers, ofPicture)) continue;
    for (const each of scoresOf(node, producers, ofPicture)) join(each);
  }

  /** Whether all that is made of a tensor ends where masks meet scores. */
  const isOwn = (name: string) => {
    const made = new Set([name]);
    // What is added while the loop runs is visited too.
    for (const each of made) {
      for (const reader of readers.get(each) ?? []) {
        if (readsSizes.has(reader.operator) || joins.get(reader)?.has(each)) continue;
        if (reader.outputs.some((output) => ofPicture.has(output))) return false;
        for (const output of reader.outputs) made.add(output);
      }
    }
    return true;
  };
  const read = new Set([...joins.values()].flatMap((names) => [...names]));
  return [...read].map((name) => ({ read: name, tensors: wayBack(name, producers, isMask).filter(isOwn) }));
}

/** The nodes that scores go through between the product of queries and keys and a softmax, from the last on; none where there is no such product. */
function scoresOf(
  softmax: GraphNode,
  producers: ReadonlyMap<string, GraphNode>,
  ofPicture: ReadonlySet<string>,
): readonly GraphNode[] {
  const found: GraphNode[] = [];
  for (let at: string | undefined = softmax.inputs[0]; at !== undefined;) {
    const node = producers.get(at);
    if (node === undefined || isNoWay.has(node.operator)) return [];
    if (multiplies.has(node.operator)) return found;
    found.push(node);
    at = node.inputs.find((name) => ofPicture.has(name));
  }
  return [];
}

/** Whether what a softmax gives is multiplied with something of the picture: otherwise its weights are no attention. */
function weighsValues(
  softmax: GraphNode,
  readers: ReadonlyMap<string, readonly GraphNode[]>,
  ofPicture: ReadonlySet<string>,
): boolean {
  const weights = new Set(softmax.outputs);
  // What is added while the loop runs is visited too.
  for (const each of weights) {
    for (const { operator, inputs, outputs } of readers.get(each) ?? []) {
      if (multiplies.has(operator)) {
        if (inputs.some((name) => name !== each && ofPicture.has(name))) return true;
      } else if (!isNoWay.has(operator)) for (const output of outputs) weights.add(output);
    }
  }
  return false;
}

/** A mask and what it was made of, as long as that is one mask at a time. */
function wayBack(
  name: string,
  producers: ReadonlyMap<string, GraphNode>,
  isMask: (name: string) => boolean,
): readonly string[] {
  const found: string[] = [];
  for (let at: string | undefined = name; at !== undefined;) {
    const node = producers.get(at);
    // An input of the model is no tensor that could be replaced by itself.
    if (node === undefined) break;
    found.push(at);
    const [only, ...others]: string[] = [...new Set(node.inputs.filter(isMask))];
    at = others.length === 0 ? only : undefined;
  }
  return found;
}

/** The tensors that are made of the values of one, which is among them. */
function madeOf({ nodes }: GraphView, name: string): ReadonlySet<string> {
  const made = new Set([name]);
  for (const { operator, inputs, outputs } of nodes) {
    if (readsSizes.has(operator) || !inputs.some((input) => made.has(input))) continue;
    for (const output of outputs) made.add(output);
  }
  return made;
}

function readersOf({ nodes }: GraphView): ReadonlyMap<string, readonly GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) {
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [node]);
      else list.push(node);
    }
  }
  return readers;
}
