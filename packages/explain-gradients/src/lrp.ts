import { configurable, toFloat32 } from '@understory/core';
import type { Explainer, HeatMap } from '@understory/core';
import { everySample, explainedImages } from './explained-image.ts';
import { overChannels, signedSum } from './over-channels.ts';

/**
 * Layer-wise relevance propagation: the score handed back layer by layer, to each input in proportion to what it adds.
 *
 * R_i = sum_j z_ij / (z_j + e sign(z_j)) R_j (epsilon, e a quarter of the layer's root mean square), the same of the positive parts z_ij+ alone (z+), or alpha z_ij+ / sum z+ less
 * beta z_ij- / sum z- with alpha 2 and beta 1, for z_ij = x_i w_ij; the channels of a pixel are summed with their signs. Bach et al. 2015, "On Pixel-Wise Explanations for Non-Linear Classifier
 * Decisions by Layer-Wise Relevance Propagation", equations 58 and 60; Montavon et al. 2019, "Layer-Wise Relevance Propagation: An Overview", section 10.2. Pixels of any sign share
 * as activations do. `details` say how far relevance is from the score: what biases and, in epsilon, the stabiliser took.
 * Throws RELEVANCE_UNSUPPORTED, and RELEVANCE_UNSUPPORTED_OPERATOR with the operator that has no rule.
 */
export const lrp = configurable(
  'The explainer "lrp"',
  {
    rule: {
      type: 'choice',
      default: 'z-plus',
      choices: ['z-plus', 'epsilon', 'alpha-beta'],
      description:
        'Who shares the relevance of an output: what raises it (z-plus), everything, stabilised (epsilon), or both sides apart, 2 to -1 (alpha-beta).',
    },
  },
  ({ rule }): Explainer => ({
    async explain(request) {
      const rules = `lrp-${rule}` as const;
      const { model, image, batch, pixels } = explainedImages(request, rules);
      const { feeds, objective, signal } = request;
      signal?.throwIfAborted();
      const { gradients, value } = await model.differentiate({ feeds, objective, withRespectTo: [image.name], rules });
      const relevance = toFloat32(gradients[image.name]!).map((each, at) => each * pixels[at]!);
      return everySample(batch).map((sample): HeatMap => {
        const own = relevance.subarray(sample * image.size, (sample + 1) * image.size);
        const attributed = own.reduce((sum, each) => sum + each, 0);
        return {
          ...overChannels(image, own, signedSum),
          details: { objective: value[sample]!, attributed, completenessGap: attributed - value[sample]! },
        };
      });
    },
  }),
);
