import type { Explainer } from '@understory/core';
import { everySample, explainedImages } from './explained-image.ts';
import { overChannels, signedSum } from './over-channels.ts';

/**
 * Input x gradient: what each pixel would add to the explained number if the network were linear, its channels summed with their signs.
 *
 * sum_c x_c dS/dx_c, in the units that the model is fed. Shrikumar et al. 2016, "Not Just a Black Box: Learning Important
 * Features Through Propagating Activation Differences", which holds DeepLIFT against it.
 */
export const inputXGradient: Explainer = {
  async explain(request) {
    const { image, batch, pixels, gradientsAt } = explainedImages(request);
    const gradients = await gradientsAt(pixels, everySample(batch));
    const products = Float64Array.from(gradients, (gradient, at) => gradient * pixels[at]!);
    return everySample(batch).map((sample) =>
      overChannels(image, products.subarray(sample * image.size, (sample + 1) * image.size), signedSum),
    );
  },
};
