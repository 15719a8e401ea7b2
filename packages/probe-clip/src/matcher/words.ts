import {
  float32,
  isDifferentiable,
  toFloat32,
  type DifferentiableModel,
  type GraphView,
  type TextPart,
} from '@understory/core';
import type { TextTower } from './text-tower.ts';
import { dot } from './unit-vectors.ts';

export interface WordsRequest {
  readonly tower: TextTower;
  readonly caption: string;
  /** The picture's, of length 1. */
  readonly embedding: Float32Array;
  readonly scale: number;
}

/**
 * Which words of a caption count for its score: how much of it is lost without each, and the gradient at the embeddings of its tokens times those
 * embeddings. Throws what running the text tower throws.
 */
export async function wordsOf(request: WordsRequest): Promise<readonly TextPart[]> {
  const { tower, caption, embedding, scale } = request;
  const words = tower.tokenizer.words(caption, tower.length);
  const without = words.map(({ start, end }) =>
    `${caption.slice(0, start)}${caption.slice(end)}`.replace(/\s+/g, ' ').trim(),
  );
  const [whole, ...others] = await tower.probe([caption, ...without]);
  const slopes = await tokenSlopes(request);
  return words.map(({ text, start, end, tokens }, at) => ({
    ...{ text, start, end },
    gradient: slopes === undefined ? null : tokens.reduce((sum, token) => sum + slopes[token]!, 0),
    occlusion: scale * (dot(embedding, whole!) - dot(embedding, others[at]!)),
  }));
}

/** Gradient times embedding of each token; undefined where gradients do not reach the embeddings of tokens. */
async function tokenSlopes({ tower, caption, embedding, scale }: WordsRequest): Promise<Float64Array | undefined> {
  const { model, inputs, output } = tower;
  const layer = isDifferentiable(model) ? embeddingLayer(model, inputs.ids.name) : undefined;
  if (layer === undefined || !isDifferentiable(model)) return undefined;
  if (!model.differentiability(output, layer).differentiable) return undefined;
  const { gradients, fetched } = await model.differentiate({
    feeds: tower.feeds([caption]),
    objective: { kind: 'similarity', output, to: float32(embedding, [1, embedding.length]), scale },
    withRespectTo: [layer],
    fetch: [layer],
  });
  const [slopes, values] = [toFloat32(gradients[layer]!), toFloat32(fetched[layer]!)];
  const { dims } = fetched[layer]!;
  const width = dims.at(-1)!;
  if (dims.length !== 3 || dims[0] !== 1) return undefined;
  return Float64Array.from({ length: dims[1]! }, (_, token) => {
    const part = (all: Float32Array) => all.subarray(token * width, (token + 1) * width);
    return dot(part(slopes), part(values));
  });
}

/** Operators between token ids and the place where they are looked up. */
const passesIds = new Set(['Cast', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);

/** The layer that holds the embedding of each token: where rows of a table of weights are looked up by the ids. */
function embeddingLayer({ graph, layers }: DifferentiableModel, ids: string): string | undefined {
  if (graph === undefined) return undefined;
  const isIds = idsIn(graph, ids);
  const found = graph.nodes.find(
    ({ operator, inputs: [table = '', indices = ''] }) =>
      operator === 'Gather' && isIds.has(indices) && !isIds.has(table),
  );
  const name = found?.outputs[0];
  return layers.some((layer) => layer.name === name) ? name : undefined;
}

function idsIn(graph: GraphView, ids: string): ReadonlySet<string> {
  const found = new Set([ids]);
  for (const { operator, inputs, outputs } of graph.nodes) {
    if (!passesIds.has(operator) || !found.has(inputs[0] ?? '')) continue;
    for (const output of outputs) found.add(output);
  }
  return found;
}
