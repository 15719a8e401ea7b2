import { configurable, seededRandom, type Mask } from '@understory/core';
import { maskOf } from './binary-mask.ts';
import { fractionOptions, pixelCount } from './fraction.ts';

/** Pixels drawn without replacement, exactly `floor(fraction H W)` of them, by the seed of each sample. */
export const random = configurable('random', fractionOptions, ({ fraction }): Mask => ({
  async draw(request) {
    const { height, width, samples, seeds } = request;
    const count = pixelCount('random', fraction, request);
    return Array.from({ length: samples }, (_, sample) => {
      const order = seededRandom(seeds[sample]!)
        .fork('mask')
        .permutation(height * width);
      return maskOf(order.slice(0, count), request);
    });
  },
}));
