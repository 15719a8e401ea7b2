import type { Explainer, ExplainRequest, GradientRules } from '@understory/core';
import { everySample, explainedImages } from './explained-image.ts';
import { largestMagnitude, overChannels } from './over-channels.ts';

/** The largest magnitude of what comes back to a pixel's channels, by derivatives or by the rules that stand in for them. */
export function gradientMagnitude(
  rules?: GradientRules,
  check: (request: ExplainRequest) => void = () => {},
): Explainer {
  return {
    async explain(request) {
      const { image, batch, pixels, gradientsAt } = explainedImages(request, rules);
      check(request);
      const gradients = await gradientsAt(pixels, everySample(batch));
      return everySample(batch).map((sample) =>
        overChannels(image, gradients.subarray(sample * image.size, (sample + 1) * image.size), largestMagnitude),
      );
    },
  };
}
