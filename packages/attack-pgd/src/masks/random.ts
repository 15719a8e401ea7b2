import { seededRandom } from '@understory/core';
import { maskOf } from './binary-mask.ts';
import { ofFraction } from './fraction.ts';

/** Pixels drawn without replacement, exactly `floor(fraction H W)` of them, by the seed of each sample. */
export const random = ofFraction('random', (pixelCount) => ({
  async draw(request) {
    const { height, width, samples, seeds } = request;
    const count = pixelCount(request);
    return Array.from({ length: samples }, (_, sample) => {
      const order = seededRandom(seeds[sample]!)
        .fork('mask')
        .permutation(height * width);
      return maskOf(order.slice(0, count), request);
    });
  },
}));
