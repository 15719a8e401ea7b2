import { configurable, fromFloat32, toFloat32 } from '@understory/core';
import type { Explainer, Objective } from '@understory/core';
import { baselineOptions, overBaselines } from './baseline.ts';
import { errors } from './errors.ts';
import { everySample, explainedImages } from './explained-image.ts';

/**
 * DeepLIFT by the rescale rule: what the image adds to the score of a baseline, shared among pixels by how far each activation differs between the two.
 *
 * sum_c m_c (x_c - x'_c) for the multipliers m that come back to the image: an activation f of t multiplies with (f(t) - f(t')) / (t - t'), what is linear with its weights. Shrikumar,
 * Greenside and Kundaje 2017, "Learning Important Features Through Propagating Activation Differences", sections 3.2 and 3.5.1. The map adds up to the difference of the scores: `details`
 * report it as integrated gradients do. The mean over several baselines is DeepLIFT SHAP of Lundberg and Lee 2017, "A Unified Approach to Interpreting Model Predictions", section 4.2. Throws DEEPLIFT_UNSUPPORTED, DEEPLIFT_OBJECTIVE, and DEEPLIFT_UNSUPPORTED_OPERATOR with the operator that has no rule.
 */
export const deepLift = configurable('The explainer "deeplift"', baselineOptions, (baseline): Explainer => ({
  async explain(request) {
    const images = explainedImages(request, 'deeplift-rescale');
    const { model, image, batch, pixels } = images;
    const { feeds, objective, signal } = request;
    requireLinear(objective);
    return overBaselines(request, images, baseline, async (start) => {
      signal?.throwIfAborted();
      const { gradients } = await model.differentiate({
        ...{ feeds, objective, withRespectTo: [image.name], rules: 'deeplift-rescale' },
        reference: { [image.name]: fromFloat32(start, image.type, image.dims) },
      });
      const multipliers = toFloat32(gradients[image.name]!);
      return everySample(batch).map((sample) => {
        const first = sample * image.size;
        return Float64Array.from(
          multipliers.subarray(first, first + image.size),
          (multiplier, at) => multiplier * (pixels[first + at]! - start[first + at]!),
        );
      });
    });
  },
}));

/** Multipliers start from the weights of outputs in the objective, which have to be the same for image and baseline. */
function requireLinear(objective: Objective): void {
  const open = [objective];
  for (const part of open) {
    if (part.kind === 'crossEntropy' || part.kind === 'similarity') throw errors.objectiveNotLinear(part);
    if (part.kind === 'sum') for (const { of } of part.terms) open.push(of);
  }
}
