import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import type { ImageInput } from '@understory/core';
import fc from 'fast-check';
import { noisyLinearImputation } from '../../src/perturbations/noisy-linear-imputation.ts';
import { randomNumbers } from '../support/networks.ts';
import { plainImputation } from '../support/reference.ts';

const inputOf = (channels: number, height: number, width: number): ImageInput => ({
  name: 'x',
  type: 'float32',
  dims: [1, channels, height, width],
  layout: 'NCHW',
  channels,
  height,
  width,
  size: channels * height * width,
  channelStride: height * width,
  pixelStride: 1,
});

function impute(pixels: Float32Array, input: ImageInput, masks: readonly Uint8Array[], noise = 0, seed = 1) {
  const replacement = noisyLinearImputation({ noise })(pixels, input, seededRandom(seed));
  if (replacement.kind !== 'surroundings') throw new Error('imputation depends on what is left');
  return masks.map((mask) => {
    const into = new Float32Array(pixels.length);
    replacement.fill(mask, into);
    return into;
  });
}

describe('noisyLinearImputation', () => {
  it('solves the dense system, whatever is replaced', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 2, max: 6 }),
        fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 36, maxLength: 36 }), {
          minLength: 1,
          maxLength: 3,
        }),
        (height, width, draws) => {
          const places = height * width;
          const pixels = randomNumbers(2 * places, 'imputed', 3);
          // Two thirds of the pixels are replaced, never all.
          const masks = draws.map((draw) => Uint8Array.from(draw.slice(1, places), (value) => (value === 0 ? 0 : 1)));
          const whole = masks.map((mask) => Uint8Array.from([0, ...mask]));
          impute(pixels, inputOf(2, height, width), whole).forEach((filled, at) => {
            for (const channel of [0, 1]) {
              const own = pixels.subarray(channel * places, (channel + 1) * places);
              const expected = plainImputation(own, whole[at]!, height, width);
              expected.forEach((value, place) => expect(filled[channel * places + place]).toBeCloseTo(value, 5));
            }
          });
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('fills a large hole to 1e-5: a plane stays a plane', () => {
    const [height, width] = [48, 52];
    // Linear functions are their own weighted means, away from the picture's edges.
    const pixels = Float32Array.from(
      { length: height * width },
      (_, at) => 0.05 * (at % width) - 0.03 * Math.floor(at / width),
    );
    const mask = Uint8Array.from(pixels, (_, at) => {
      const [y, x] = [Math.floor(at / width), at % width];
      return y > 3 && y < 44 && x > 3 && x < 48 ? 1 : 0;
    });
    const [filled] = impute(pixels, inputOf(1, height, width), [mask]);
    filled!.forEach((value, at) => expect(Math.abs(value - pixels[at]!)).toBeLessThan(1e-5));
  });

  it('leaves the other pixels alone and adds the same noise to a pixel whenever it is replaced', () => {
    const pixels = randomNumbers(25, 'noise');
    const masks = [7, 12].map((count) => Uint8Array.from(pixels, (_, at) => (at < count ? 1 : 0)));
    const quiet = impute(pixels, inputOf(1, 5, 5), masks);
    const noisy = impute(pixels, inputOf(1, 5, 5), masks, 0.5);
    masks.forEach((mask, at) => {
      mask.forEach((replaced, place) => {
        if (replaced === 0) expect(noisy[at]![place]).toBe(pixels[place]);
      });
    });
    const added = (at: number, place: number) => noisy[at]![place]! - quiet[at]![place]!;
    for (let place = 0; place < 7; place += 1) {
      expect(added(0, place)).toBeCloseTo(added(1, place), 5);
      expect(Math.abs(added(0, place))).toBeGreaterThan(1e-4);
    }
    expect(impute(pixels, inputOf(1, 5, 5), masks, 0.5)).toEqual(noisy);
    expect(impute(pixels, inputOf(1, 5, 5), masks, 0.5, 2)).not.toEqual(noisy);
  });

  it('is the mean colour where nothing is left, and the picture where nothing is replaced', () => {
    const pixels = Float32Array.of(1, 2, 3, 6, 10, 20, 30, 60);
    const [all, none] = impute(pixels, inputOf(2, 2, 2), [new Uint8Array(4).fill(1), new Uint8Array(4)]);
    expect([...all!]).toEqual([3, 3, 3, 3, 30, 30, 30, 30]);
    expect(none).toEqual(pixels);
  });
});
