import { lastAttention } from './attention.ts';
import { readingOf, type AskedModel } from './axes/layer-axes.ts';
import type { GraphNode, GraphView } from './contracts/graph.ts';
import type { LayerSpec } from './contracts/model.ts';

export interface LastTokens {
  readonly layer: LayerSpec;
  /** The position in the graph from which on an activation of another kind is later; -1 where there is no graph to ask. */
  readonly behind: number;
  /** What picks tokens behind it: all that is explained comes of these. */
  readonly picked: ReadonlySet<string>;
}

/**
 * The last token layer on the way to what is explained from all of whose tokens there still is a way. Where a token is picked behind
 * the last attention, that is what its queries, keys and values have in common; otherwise it is the last token layer of all.
 *  */
export function lastTokenLayer(model: AskedModel, isOnPath: (name: string) => boolean): LastTokens | undefined {
  const { graph, layers } = model;
  const isTokens = (name: string) => readingOf(model, name)?.kind === 'tokens';
  const last = layers.findLast(({ name }) => isTokens(name) && isOnPath(name));
  if (last === undefined) return undefined;
  if (graph === undefined) return { layer: last, behind: -1, picked: new Set() };

  const { nodes } = graph;
  const places = new Map(nodes.flatMap(({ outputs }, at) => outputs.map((name) => [name, at] as const)));
  const computed = new Set(layers.map(({ name }) => name));
  const isComputed = (name: string) => computed.has(name);
  const attention = lastAttention(graph, isComputed, isOnPath);
  const lastAt = places.get(last.name) ?? -1;
  const isPooling = attention !== undefined && attention.at > lastAt;
  const picked = isPooling ? new Set<string>() : picksOf(last.name, nodes, lastAt, isComputed, isOnPath);
  if (!isPooling && picked.size === 0) return { layer: last, behind: lastAt, picked };
  if (attention === undefined) return undefined;

  const producer = (name: string) => nodes[places.get(name) ?? -1];
  const source = attention.source && beforeProjection(attention.source, producer, isComputed, isTokens);
  const before = source && isTurned(model, source) ? beforeTurning(producer(source), isTokens) : undefined;
  const layer = layers.find(({ name }) => name === (before ?? source));
  if (layer === undefined) return undefined;
  const from = places.get(layer.name) ?? 0;
  // Attention that pools a feature map reads it as tokens once.
  const isOfMap = isTurned(model, layer.name) || hasMeanInFront(layer.name, producer, isComputed);
  const isPooledMap = isOfMap && !lastAttention(headOf(graph, from), isComputed, isOnPath);
  return isPooledMap ? undefined : { layer, behind: attention.at, picked };
}

const means = new Set(['GlobalAveragePool', 'ReduceMean']);

/** Whether tokens are those of a map with their mean in front, which asks all of them, as in CLIP's ResNets. */
function hasMeanInFront(
  tokens: string,
  producer: (name: string) => GraphNode | undefined,
  isComputed: (name: string) => boolean,
): boolean {
  const onlyInput = (node: GraphNode | undefined): string | undefined => {
    const [only, ...others] = node?.inputs.filter(isComputed) ?? [];
    return others.length === 0 ? only : undefined;
  };
  const isMean = (name: string) => {
    const seen = new Set<string>();
    for (let at: string | undefined = name; at !== undefined && !seen.has(at); at = onlyInput(producer(at))) {
      seen.add(at);
      const operator = producer(at)?.operator ?? '';
      if (means.has(operator)) return true;
      if (!laysOut.has(operator)) return false;
    }
    return false;
  };
  const seen = new Set<string>();
  for (let at: string | undefined = tokens; at !== undefined && !seen.has(at); at = onlyInput(producer(at))) {
    seen.add(at);
    const node = producer(at);
    if (node?.operator === 'Concat') return node.inputs.some(isMean);
    if (node === undefined || !(keepsTokens.has(node.operator) || laysOut.has(node.operator))) return false;
  }
  return false;
}

/** Whether tokens `[T, N, C]` come before the batch. */
function isTurned(model: AskedModel, name: string): boolean {
  const reading = readingOf(model, name);
  return reading !== undefined && reading.axes[0]!.factors[0]?.role !== 'batch';
}

function headOf(graph: GraphView, count: number): GraphView {
  return { ...graph, nodes: graph.nodes.slice(0, count) };
}

const picks = new Set(['Gather', 'GatherElements', 'GatherND', 'Slice', 'Split']);

/** Operators that treat each token by itself. */
const keepsTokens = new Set(
  'Add BatchNormalization Cast Div Dropout Identity LayerNormalization Mul RMSNormalization Sub Transpose'.split(' '),
);

/** The few tokens that all that is made of the tokens of a layer is made of; empty where it is made of more. */
function picksOf(
  name: string,
  nodes: readonly GraphNode[],
  from: number,
  isComputed: (name: string) => boolean,
  isOnPath: (name: string) => boolean,
): ReadonlySet<string> {
  const followed = new Set([name]);
  const picked = new Set<string>();
  for (const { operator, inputs, outputs } of nodes.slice(from + 1)) {
    if (!inputs.some((input) => followed.has(input))) continue;
    const computed = outputs.filter((output) => isComputed(output) && isOnPath(output));
    if (computed.length === 0) continue;
    if (picks.has(operator)) for (const output of computed) picked.add(output);
    else if (keepsTokens.has(operator)) for (const output of computed) followed.add(output);
    else return new Set();
  }
  return picked;
}

/**
 * Whether what is explained can depend on an activation otherwise than through tokens that stand for no spatial position: those in
 * `picked`, and any that is picked from tokens on a grid in the same way.
 */
export function reachesPast(
  model: AskedModel,
  picked: ReadonlySet<string>,
  isOnPath: (name: string) => boolean,
): (name: string) => boolean {
  const nodes = model.graph?.nodes ?? [];
  if (picked.size === 0) return () => true;
  const read = new Set<string>();
  const reaching = new Set<string>();
  for (const { operator, inputs, outputs } of nodes.toReversed()) {
    const computed = outputs.filter(isOnPath);
    if (computed.length === 0) continue;
    // What nothing on the path reads is what is explained.
    for (const name of computed) if (!read.has(name)) reaching.add(name);
    for (const name of inputs) read.add(name);
    const isPick = picks.has(operator) && readingOf(model, inputs[0] ?? '')?.kind === 'tokens';
    const passes = computed.some(
      (name) => reaching.has(name) && !picked.has(name) && !(isPick && !readingOf(model, name)),
    );
    if (passes) for (const name of inputs) reaching.add(name);
  }
  return (name) => reaching.has(name);
}

/** Operators that only lay their input out otherwise, or take a part of it. */
const laysOut = new Set(
  'Cast CastLike DequantizeLinear Dropout Flatten Gather Identity QuantizeLinear Reshape Slice Split Squeeze Transpose Unsqueeze'.split(
    ' ',
  ),
);

const projects = new Set(['MatMul', 'Gemm', 'Einsum']);

/** The token layer that a tensor is a linear projection of, or itself laid out otherwise: what comes before queries, keys and values. */
function beforeProjection(
  tensor: string,
  producer: (name: string) => GraphNode | undefined,
  isComputed: (name: string) => boolean,
  isTokens: (name: string) => boolean,
): string | undefined {
  const onlyInput = (node: GraphNode | undefined) => {
    const [only, ...others] = node?.inputs.filter(isComputed) ?? [];
    return others.length === 0 ? only : undefined;
  };
  const projected = (name: string): string | undefined => {
    const node = producer(name);
    if (node?.operator === 'Add') {
      const product = onlyInput(node);
      return product !== undefined && projects.has(producer(product)?.operator ?? '') ? projected(product) : undefined;
    }
    return projects.has(node?.operator ?? '') ? onlyInput(node) : undefined;
  };
  let found: string | undefined;
  let at: string | undefined = tensor;
  let wasProjected = false;
  while (at !== undefined) {
    const before: string | undefined = wasProjected ? undefined : projected(at);
    if (isTokens(at)) {
      found = at;
      if (before === undefined) return at;
    }
    if (before !== undefined) wasProjected = true;
    at = before ?? (laysOut.has(producer(at)?.operator ?? '') ? onlyInput(producer(at)) : undefined);
  }
  return found;
}

/** The tokens `[N, T, C]` that a node turned for attention. */
function beforeTurning(node: GraphNode | undefined, isTokens: (name: string) => boolean): string | undefined {
  const [before = ''] = node?.operator === 'Transpose' ? node.inputs : [];
  return isTokens(before) ? before : undefined;
}
