import { attentionsOf } from './attention.ts';
import { readingOf } from './axes/layer-axes.ts';
import { betweenIn } from './between.ts';
import type { ExplainRequest, HeatMap } from './contracts/explainer.ts';
import type { GraphNode } from './contracts/graph.ts';
import type { Model } from './contracts/model.ts';
import { errors } from './errors/index.ts';
import { explainedTensors } from './explained-tensors.ts';
import { fedImageSize, placesOf } from './places.ts';
import { float32, type Tensor, type Tensors } from './tensor/tensor.ts';
import { toFloat32 } from './tensor/to-float32.ts';
import { lastTokenLayer } from './tokens.ts';

/** The weights of one attention for one sample. */
export interface AttentionHeads {
  readonly heads: number;
  readonly queries: number;
  readonly tokens: number;
  /** `[heads, queries, tokens]`. */
  readonly data: Float32Array;
}

/** Which tokens what is explained is read from: those that the graph picks, else all of the grid (`auto`), the first one, or the mean of the grid. */
export type ReadTokens = 'auto' | 'class' | 'mean';

/** The attentions between the image and what is explained, and the tokens that they are between. */
export interface AttentionPath {
  /** The tensors of the attention weights, first layer first. */
  readonly weights: readonly string[];
  /** What to fetch beside them. */
  readonly tokens: string;
  /** What was fetched, per sample: the weights of each attention, and the map of what tokens count; throws ATTENTION_TOKENS. */
  read(fetched: Tensors, batch: number): AttentionSamples;
}

export interface AttentionSamples {
  readonly count: number;
  /** One entry an attention whose queries are the tokens, first layer first. */
  layers(sample: number, of?: Tensors): readonly AttentionHeads[];
  /** An attention behind those that pools the tokens by queries of its own. */
  pooling(sample: number, of?: Tensors): AttentionHeads | undefined;
  /** How much each token counts for what is explained where no attention pools them, `[tokens]`. */
  readonly start: Float64Array;
  /** Lays a number a token on the grid. */
  map(numbers: ArrayLike<number>): HeatMap;
}

/**
 * Finds every attention on the way from the image to what is explained whose weights are a tensor of the graph: softmax, then the product with the
 * values. Throws CAPABILITY_MISSING where the model shows no graph, ATTENTION_MISSING, ATTENTION_HIDDEN and ATTENTION_TOKENS.
 */
export function attentionPath(
  { model, feeds, objective }: ExplainRequest,
  image: string,
  from: ReadTokens,
): AttentionPath {
  const { graph, layers } = model;
  if (graph === undefined)
    throw errors.capabilityMissing({
      what: 'An explanation by attention weights',
      capability: 'view of the graph',
      backend: model.origin.backend,
    });
  const outputs = [...new Set(explainedTensors(model, objective).flat())];
  const isOnPath = betweenIn(graph, [image], outputs);
  const dims = new Map(layers.map((layer) => [layer.name, layer.dims] as const));
  const isComputed = (name: string) => dims.has(name);
  const found = attentionsOf(graph, isComputed, isOnPath);
  const last = found.at(-1);
  if (last === undefined) throw errors.attentionMissing({ output: outputs.join(', ') });
  const weights = found.map(({ at, softmax }) => {
    const [name] = softmax?.outputs ?? [];
    if (softmax === undefined || name === undefined) throw errors.attentionHidden(graph.nodes[at]!);
    const rank = dims.get(name)?.length;
    const { axis = -1 } = softmax.attributes;
    if (Number(axis) !== -1 && rank !== undefined && Number(axis) !== rank - 1)
      throw errors.attentionTokens({ tensor: name, found: `a softmax over axis ${Number(axis)} of ${rank}` });
    return name;
  });
  const places = new Map(graph.nodes.flatMap((node, at) => node.outputs.map((name) => [name, at] as const)));
  const layer = layers.findLast(
    ({ name }) =>
      (places.get(name) ?? Infinity) < last.at && readingOf(model, name)?.kind === 'tokens' && isOnPath(name),
  );
  const final = weights.at(-1)!;
  if (layer === undefined)
    throw errors.attentionTokens({ tensor: final, found: 'attention between what is not a sequence of tokens' });
  const readPlaces = (batch: number) => placesOf(model, layer, batch, { image: fedImageSize(model, feeds, image) });
  return {
    weights,
    tokens: layer.name,
    read(fetched, batch) {
      const tensor = fetched[layer.name]!;
      const { height, width, whole, channels, dimsFor, together } = readPlaces(batch)(tensor, batch);
      const count = whole(0).length / channels;
      const numbers = Float32Array.from({ length: count * channels }, (_, at) => Math.floor(at / channels));
      const positions = readPlaces(1)(float32(together(numbers, 1), dimsFor(1)), 1)
        .of(0)
        .slice(0, height * width);
      const isPooled = queriesOf(fetched[final]!) !== count;
      const headsOf = (name: string, sample: number, of: Tensors): AttentionHeads => {
        const own = of[name]!;
        const queries = isPooled && name === final ? queriesOf(own) : count;
        const { dims: shape } = own;
        if (shape.at(-1) !== count || shape.at(-2) !== queries || shape.length < 3)
          throw errors.attentionTokens({ tensor: name, found: `weights [${shape.join(', ')}] for ${count} tokens` });
        const values = toFloat32(own);
        const heads = values.length / (batch * queries * count);
        if (!Number.isInteger(heads))
          throw errors.attentionTokens({ tensor: name, found: `weights [${shape.join(', ')}] for ${batch} samples` });
        const size = heads * queries * count;
        return { heads, queries, tokens: count, data: values.subarray(sample * size, (sample + 1) * size) };
      };
      const square = isPooled ? weights.slice(0, -1) : weights;
      const start = new Float64Array(count);
      const rows = from === 'class' ? [0] : from === 'mean' ? [] : pickedTokens(model, isOnPath);
      for (const row of rows.length > 0 ? rows : positions) start[row]! += 1 / (rows.length || positions.length);
      return {
        count,
        start,
        layers: (sample, of = fetched) => square.map((name) => headsOf(name, sample, of)),
        pooling: (sample, of = fetched) => (isPooled ? headsOf(final, sample, of) : undefined),
        map: (numbers) => ({ height, width, data: Float32Array.from(positions, (token) => numbers[token]!) }),
      };
    },
  };
}

function queriesOf({ dims }: Tensor): number {
  return dims.at(-2) ?? 0;
}

/** The places of the tokens that what is explained is read from, none where it is read from the grid. */
function pickedTokens(model: Model, isOnPath: (name: string) => boolean): readonly number[] {
  const picked = [...(lastTokenLayer(model, isOnPath)?.picked ?? [])].filter((name) => !readingOf(model, name));
  return [...new Set(picked.map((name) => pickedBy(model, name)))];
}

/** The place of the token that a node picks; the first where it does not say. */
function pickedBy({ graph }: Model, name: string): number {
  const node: GraphNode | undefined = graph?.nodes.find(({ outputs }) => outputs.includes(name));
  const index = node?.operator === 'Gather' ? graph?.constant(node.inputs[1] ?? '') : undefined;
  return index?.data.length === 1 && Number(index.data[0]) > 0 ? Number(index.data[0]) : 0;
}

/** The mean over queries of weights `[queries, tokens]`. */
export function meanOfQueries(weights: Float64Array, tokens: number): Float64Array {
  const mean = new Float64Array(tokens);
  weights.forEach((weight, at) => (mean[at % tokens]! += (weight * tokens) / weights.length));
  return mean;
}
