import { attentionPath, batchOf, checkTargetCount, configurable, imageInputOf, meanOfQueries } from '@understory/core';
import type { AttentionHeads, Explainer } from '@understory/core';

/**
 * Attention rollout: how far the tokens of the image flow through the attentions of all layers into what is explained, whatever the target is.
 *
 * The row of the class token, or the mean of the rows where all tokens are averaged, of A_L ... A_1 with A = (W + I) / 2 for the attention
 * weights W `[T, T]` of each layer, its heads fused. Abnar and Zuidema 2020, "Quantifying Attention Flow in Transformers", equation 1 and
 * section 3, where heads are averaged. `discard` sets the smallest fraction of the fused weights to 0 and `heads` fuses them otherwise, as J. Gildenblat's
 * vit-explain does; rows are scaled to a sum of 1 again.
 * An attention with queries of its own behind the others, which pools the tokens, gives the row.
 * Throws CAPABILITY_MISSING, ATTENTION_MISSING, ATTENTION_HIDDEN, ATTENTION_TOKENS, NO_IMAGE_INPUT or TARGET_COUNT.
 */
export const attentionRollout = configurable(
  'The explainer "attention-rollout"',
  {
    heads: {
      type: 'choice',
      default: 'mean',
      choices: ['mean', 'max', 'min'],
      description: 'How the heads of a layer are fused.',
    },
    discard: {
      type: 'number',
      default: 0,
      range: [0, 1],
      description: 'Fraction of the weights of each layer that is set to 0, the smallest first.',
    },
    token: {
      type: 'choice',
      default: 'auto',
      choices: ['auto', 'class', 'mean'],
      description:
        'The row that is shown: of the token that the network reads (auto), of the first, or the mean of all on the grid.',
    },
  },
  ({ heads, discard, token }): Explainer => ({
    async explain(request) {
      const { model, feeds, objective, signal } = request;
      const batch = batchOf(feeds);
      checkTargetCount(objective, batch);
      const path = attentionPath(request, imageInputOf(model, feeds, request.image).name, token);
      signal?.throwIfAborted();
      const samples = path.read(await model.run(feeds, [...new Set([...path.weights, path.tokens])]), batch);
      return Array.from({ length: batch }, (_, sample) => {
        const pooling = samples.pooling(sample);
        const pooled = pooling && fused(pooling, heads);
        let row = pooled ? meanOfQueries(pooled, samples.count) : samples.start;
        for (const layer of samples.layers(sample).toReversed()) {
          const weights = fused(layer, heads);
          drop(weights, discard);
          row = through(row, weights);
        }
        return samples.map(row);
      });
    },
  }),
);

/** The weights `[queries, tokens]` of all heads together. */
function fused({ heads, data }: AttentionHeads, by: 'mean' | 'max' | 'min'): Float64Array {
  const size = data.length / heads;
  const fold = { mean: (a: number, b: number) => a + b / heads, max: Math.max, min: Math.min }[by];
  const all = new Float64Array(size).fill({ mean: 0, max: -Infinity, min: Infinity }[by]);
  data.forEach((weight, at) => (all[at % size] = fold(all[at % size]!, weight)));
  return all;
}

/** Sets the smallest fraction of weights to 0, earlier ones first among equals. */
function drop(weights: Float64Array, fraction: number): void {
  const count = Math.floor(fraction * weights.length);
  if (count === 0) return;
  const order = Array.from(weights.keys()).sort((a, b) => weights[a]! - weights[b]!);
  for (const at of order.slice(0, count)) weights[at] = 0;
}

/** row (W + I) / 2, each row of the matrix scaled to a sum of 1. */
function through(row: Float64Array, weights: Float64Array): Float64Array {
  const count = row.length;
  const next = new Float64Array(count);
  row.forEach((share, query) => {
    if (share === 0) return;
    const own = weights.subarray(query * count, (query + 1) * count);
    const scale = share / (own.reduce((sum, weight) => sum + weight, 0) + 1);
    own.forEach((weight, token) => (next[token]! += scale * weight));
    next[query]! += scale;
  });
  return next;
}
