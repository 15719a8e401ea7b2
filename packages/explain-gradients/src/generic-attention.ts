import {
  attentionPath,
  batchOf,
  checkTargetCount,
  configurable,
  errors,
  imageInputOf,
  isDifferentiable,
  meanOfQueries,
  outputsOf,
} from '@understory/core';
import type { AttentionHeads, Explainer } from '@understory/core';

/**
 * Generic attention explainability: attention rollout with weights that count as far as they raise the target.
 *
 * The row of the class token, or the mean of the rows where all tokens are averaged, of R_L with R_0 = I and R_l = R_(l-1) + A_l R_(l-1), where A =
 * mean over heads of ReLU(dS/dW W) for the attention weights W `[T, T]`. Chefer, Gur and Wolf 2021, "Generic Attention-model Explainability for
 * Interpreting Bi-Modal and Encoder-Decoder Transformers", equations 5 and 6. What a token owes to itself, R_0, is on the map where all are averaged.
 * An attention with queries of its own behind the others, which pools the tokens, gives the row by equation 5.
 * Throws CAPABILITY_MISSING, NOT_DIFFERENTIABLE, ATTENTION_MISSING, ATTENTION_HIDDEN, ATTENTION_TOKENS, NO_IMAGE_INPUT or TARGET_COUNT.
 */
export const genericAttention = configurable(
  'The explainer "generic-attention"',
  {
    token: {
      type: 'choice',
      default: 'auto',
      choices: ['auto', 'class', 'mean'],
      description:
        'The row that is shown: of the token that the network reads (auto), of the first, or the mean of all on the grid.',
    },
  },
  ({ token }): Explainer => ({
    async explain(request) {
      const { model, feeds, objective, signal } = request;
      const batch = batchOf(feeds);
      checkTargetCount(objective, batch);
      const outputs = outputsOf(objective);
      const refuse = (tensor: string, reason: string) =>
        errors.notDifferentiable({
          output: outputs.join(', '),
          tensor,
          reason,
          alternatives: ['attention-rollout', 'eigencam', 'rise'],
        });
      const image = imageInputOf(model, feeds, request.image).name;
      if (!isDifferentiable(model)) throw refuse(image, `the backend "${model.origin.backend}" computes no gradients`);
      const path = attentionPath(request, image, token);
      for (const name of path.weights) {
        const ways = outputs.map((output) => model.differentiability(output, name));
        const [way] = ways;
        if (way?.differentiable === false && ways.every(({ differentiable }) => !differentiable))
          throw refuse(name, way.message);
      }
      signal?.throwIfAborted();
      const fetch = [...new Set([...path.weights, path.tokens])];
      const { gradients, fetched } = await model.differentiate({
        ...{ feeds, objective, withRespectTo: path.weights, fetch },
      });
      const samples = path.read(fetched, batch);
      return Array.from({ length: batch }, (_, sample) => {
        const pooling = samples.pooling(sample);
        const pooled = pooling && raised(pooling, samples.pooling(sample, gradients)!);
        let row = pooled ? meanOfQueries(pooled, samples.count) : samples.start;
        const slopes = samples.layers(sample, gradients);
        for (const [at, layer] of [...samples.layers(sample).entries()].toReversed())
          row = through(row, raised(layer, slopes[at]!));
        return samples.map(row);
      });
    },
  }),
);

/** The mean over heads of what is positive of weights times their gradients, `[queries, tokens]`. */
function raised({ heads, data }: AttentionHeads, gradients: AttentionHeads): Float64Array {
  const size = data.length / heads;
  const mean = new Float64Array(size);
  data.forEach((weight, at) => (mean[at % size]! += Math.max(weight * gradients.data[at]!, 0) / heads));
  return mean;
}

/** row (I + A). */
function through(row: Float64Array, weights: Float64Array): Float64Array {
  const count = row.length;
  const next = row.slice();
  row.forEach((share, query) => {
    if (share === 0) return;
    for (let token = 0; token < count; token += 1) next[token]! += share * weights[query * count + token]!;
  });
  return next;
}
