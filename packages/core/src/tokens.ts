import { lastAttention } from './attention.ts';
import { knownAxes } from './axes.ts';
import type { KnownAxes } from './axes.ts';
import { batchesOf, isBatch } from './batch-axis.ts';
import type { GraphNode, GraphView } from './contracts/graph.ts';
import type { Dimension, LayerSpec, Model } from './contracts/model.ts';

/** Height and width of a feature map. */
export type MapSize = readonly [height: number, width: number];

/** Tokens `[N, T, C]` of an image: behind the `extra` ones in front, which stand for no place, they lie row by row on a grid. */
export interface TokenGrid {
  readonly extra: number;
  readonly height: number;
  readonly width: number;
}

/** What is known of the axes of a model's layers. */
export interface LayerAxes extends KnownAxes {
  /** The layers `[N, T, C]` whose tokens lie on a grid, each with the sizes of the feature maps that they come from. */
  readonly tokens: ReadonlyMap<string, readonly MapSize[]>;
}

type AskedModel = Pick<Model, 'layers' | 'inputs' | 'graph'>;

const known = new WeakMap<readonly LayerSpec[], LayerAxes>();

/** What is known of the axes of a model's layers, found out once. */
export function layerAxesOf(model: AskedModel): LayerAxes {
  const before = known.get(model.layers);
  if (before !== undefined) return before;
  const { graph, layers, inputs } = model;
  const axes = graph ? knownAxes(graph, layers, inputs) : { images: new Map(), rows: new Map() };
  const maps = graph ? mapsBehind(graph, model, axes) : new Map<string, readonly MapSize[]>();
  const batches = batchesOf(inputs);
  const tokens = new Map<string, readonly MapSize[]>();
  for (const { name, dims } of layers) {
    const sizes = maps.get(name) ?? [];
    const rows = axes.rows.get(name);
    // Where feature maps come first, their places have to be seen becoming tokens: queries of a decoder are none.
    if (rows === undefined ? sizes.length > 0 : rows !== 'tokens') continue;
    if (dims?.length !== 3 || dims[2] === 1 || !isBatch(dims[0], batches)) continue;
    if (typeof dims[1] === 'string' || gridOf(dims[1]!, sizes)) tokens.set(name, sizes);
  }
  const found = { ...axes, tokens };
  known.set(model.layers, found);
  return found;
}

/**
 * The grid that so many tokens lie on. Of the feature maps that they come from it has the size of the one that leaves the fewest
 * tokens over, fewer than it has places; where none is known it is a square, with one token in front or none.
 */
export function gridOf(tokens: number, maps: readonly MapSize[]): TokenGrid | undefined {
  const fitting = maps
    .map(([height, width]) => ({ extra: tokens - height * width, height, width }))
    .filter(({ extra, height, width }) => extra >= 0 && extra < height * width)
    .sort((left, right) => left.extra - right.extra);
  if (maps.length > 0) return fitting[0];
  for (const extra of [0, 1]) {
    const side = Math.sqrt(tokens - extra);
    if (Number.isInteger(side) && side > 1) return { extra, height: side, width: side };
  }
  return undefined;
}

/**
 * The last token layer on the way to what is explained from all of whose tokens there still is a way. Where a token is picked behind
 * the last attention, that is what its queries, keys and values have in common; otherwise it is the last token layer of all.
 * `behind` is the place in the graph from which on an activation of another kind is later; it is -1 where there is no graph to ask.
 */
export function lastTokenLayer(
  model: AskedModel,
  isOnPath: (name: string) => boolean,
): { readonly layer: LayerSpec; readonly behind: number } | undefined {
  const { graph, layers } = model;
  const { tokens } = layerAxesOf(model);
  const last = layers.findLast(({ name }) => tokens.has(name) && isOnPath(name));
  if (last === undefined) return undefined;
  if (graph === undefined) return { layer: last, behind: -1 };

  const { nodes } = graph;
  const places = new Map(nodes.flatMap(({ outputs }, at) => outputs.map((name) => [name, at] as const)));
  const computed = new Set(layers.map(({ name }) => name));
  const isComputed = (name: string) => computed.has(name);
  const attention = lastAttention(graph, isComputed, isOnPath);
  const lastAt = places.get(last.name) ?? -1;
  const isPooling = attention !== undefined && attention.at > lastAt;
  const picked = !isPooling && picksTokens(last.name, nodes, lastAt, isComputed, isOnPath);
  if (!isPooling && !picked) return { layer: last, behind: lastAt };
  if (attention === undefined) return undefined;

  const producer = (name: string) => nodes[places.get(name) ?? -1];
  const source =
    attention.source && beforeProjection(attention.source, producer, isComputed, (name) => tokens.has(name));
  const layer = layers.find(({ name }) => name === source);
  return layer && { layer, behind: attention.at };
}

/** The sizes of the feature maps that each activation comes from, those of the image itself left out. */
function mapsBehind(
  graph: GraphView,
  { layers, inputs }: AskedModel,
  { images }: KnownAxes,
): ReadonlyMap<string, readonly MapSize[]> {
  const layerByName = new Map(layers.map((layer) => [layer.name, layer]));
  const pictures = new Set(inputs.flatMap(({ dims }) => (dims?.length === 4 ? [dims.slice(1).join()] : [])));
  const batches = batchesOf(inputs);
  const found = new Map<string, readonly MapSize[]>();
  for (const { inputs: read, outputs } of graph.nodes) {
    const before = read.flatMap((name) => found.get(name) ?? []);
    for (const name of outputs) {
      const layer = layerByName.get(name);
      const own = layer ? mapSize(layer, images.get(name), batches, pictures) : [];
      const distinct = new Map([...before, ...own].map((size) => [size.join(), size]));
      if (distinct.size > 0) found.set(name, [...distinct.values()]);
    }
  }
  return found;
}

function mapSize(
  { dims }: LayerSpec,
  axes: string | undefined,
  batches: readonly Dimension[],
  pictures: ReadonlySet<string>,
): readonly MapSize[] {
  if (dims?.length !== 4 || axes === 'attention' || !isBatch(dims[0], batches)) return [];
  if (pictures.has(dims.slice(1).join())) return [];
  const [height, width] = axes === 'channelsLast' ? dims.slice(1) : dims.slice(2);
  if (typeof height !== 'number' || typeof width !== 'number' || height * width <= 1) return [];
  return [[height, width]];
}

const picks = new Set(['Gather', 'GatherElements', 'GatherND', 'Slice', 'Split']);

/** Operators that treat each token by itself. */
const keepsTokens = new Set(
  'Add BatchNormalization Cast Div Dropout Identity LayerNormalization Mul RMSNormalization Sub Transpose'.split(' '),
);

/** Whether all that is made of the tokens of a layer is made of a few that are picked. */
function picksTokens(
  name: string,
  nodes: readonly GraphNode[],
  from: number,
  isComputed: (name: string) => boolean,
  isOnPath: (name: string) => boolean,
): boolean {
  const followed = new Set([name]);
  let picked = false;
  for (const { operator, inputs, outputs } of nodes.slice(from + 1)) {
    if (!inputs.some((input) => followed.has(input))) continue;
    const computed = outputs.filter((output) => isComputed(output) && isOnPath(output));
    if (computed.length === 0) continue;
    if (picks.has(operator)) picked = true;
    else if (keepsTokens.has(operator)) for (const output of computed) followed.add(output);
    else return false;
  }
  return picked;
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
