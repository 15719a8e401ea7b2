import { describe, expect, it } from '@jest/globals';
import { kernelShap } from '@understory/explain-perturbation';
import { ChainModel, flatten, linear, relu } from '@understory/testing';
import fc from 'fast-check';
import { close, dot, imageAndWeights, linearScore, mapOf, sum } from './networks.ts';
import { captumOf } from './captum.ts';

const pixelwise = { segmentation: 'grid', fill: 'constant' } as const;

/** Two layers over pixels, so that what a pixel is worth depends on the others. */
const game = (pixels: number) =>
  new ChainModel({
    input: [1, 1, pixels],
    steps: [
      flatten('flat'),
      linear(
        'hidden',
        Array.from({ length: 4 }, (_, unit) => Array.from({ length: pixels }, (__, at) => Math.sin(3 * unit + 5 * at))),
        [0.1, -0.2, 0.3, -0.4],
      ),
      relu('active'),
      linear('logits', [[1, -2, 1.5, 1]], [0.25]),
    ],
  });

/** What a game of pixels is worth for each coalition, by its bits. */
async function worths(pixels: number, x: readonly number[]): Promise<readonly number[]> {
  const model = game(pixels);
  return Promise.all(
    Array.from({ length: 2 ** pixels }, async (_, bits) => {
      const shown = x.map((value, at) => ((bits >> at) % 2 === 1 ? value : 0));
      const { details } = await mapOf(kernelShap({ ...pixelwise, segments: 1 }), model, shown);
      return details!['objective']!;
    }),
  );
}

/** Over all coalitions without a player, what it adds to them: |z|! (M - |z| - 1)! / M! each. */
function shapleyValues(worth: readonly number[], players: number): readonly number[] {
  const factorial = (count: number) =>
    Array.from({ length: count }, (_, at) => at + 1).reduce((all, each) => all * each, 1);
  return Array.from({ length: players }, (_, player) =>
    sum(
      worth.map((before, bits) => {
        if ((bits >> player) % 2 === 1) return 0;
        const size = Array.from({ length: players }, (__, at) => (bits >> at) % 2).reduce((all, each) => all + each, 0);
        const share = (factorial(size) * factorial(players - size - 1)) / factorial(players);
        return share * (worth[bits + 2 ** player]! - before);
      }),
    ),
  );
}

describe('kernelShap', () => {
  const x = [0.9, -0.4, 0.7, 0.2, -0.8];

  it('is the Shapley value by its definition where samples reach to all coalitions', async () => {
    const expected = shapleyValues(await worths(5, x), 5);
    const map = await mapOf(kernelShap({ ...pixelwise, segments: 5, samples: 30 }), game(5), x);
    expect(close(map.data, expected, 1e-6)).toBe(true);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.5);
    expect(map.details).toMatchObject({ superpixels: 5 });
  });

  it('is what a superpixel adds to a linear score, enumerated or drawn, and sums to the score', async () => {
    await fc.assert(
      fc.asyncProperty(
        imageAndWeights(),
        fc.constantFrom('slic' as const, 'grid' as const),
        fc.constantFrom('mean' as const, 'segment' as const, 'constant' as const),
        fc.constantFrom(6, 120),
        async ({ dims, x: image, weights }, segmentation, fill, samples) => {
          const options = { segmentation, fill, value: 0.5, segments: 7, samples } as const;
          // An image of label numbers tells where the superpixels are: the fill of a segment is told by its mean.
          const map = await mapOf(kernelShap(options), linearScore(weights, dims), image);
          const { objective, baseline, superpixels } = map.details!;
          const places = dims[1] * dims[2];
          const worth = new Map<number, number>();
          map.data.forEach((value) => worth.set(value, value));
          const scale = Math.max(1, sum(weights.map(Math.abs)));
          expect(Math.abs(objective! - dot(weights, image))).toBeLessThan(1e-5 * scale);
          if (worth.size !== superpixels) return;
          const total = sum([...worth.values()]);
          expect(Math.abs(total - (objective! - baseline!))).toBeLessThan(1e-4 * scale);
          if (samples === 6 || fill === 'segment') return;
          const means = [0, 1, 2].map((channel) => sum(image.slice(channel * places, (channel + 1) * places)) / places);
          const expected = Array.from({ length: places }, (_, place) =>
            sum(
              Array.from({ length: places }, (__, other) => other)
                .filter((other) => map.data[other] === map.data[place])
                .flatMap((other) =>
                  [0, 1, 2].map((channel) => {
                    const at = channel * places + other;
                    return weights[at]! * (image[at]! - (fill === 'mean' ? means[channel]! : 0.5));
                  }),
                ),
            ),
          );
          expect(close(map.data, expected, 1e-4)).toBe(true);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('comes near the exact values with drawn coalitions, the nearer the more there are', async () => {
    const pixels = Array.from({ length: 9 }, (_, at) => Math.cos(2 * at));
    const options = { ...pixelwise, segments: 9 };
    const exact = await mapOf(kernelShap({ ...options, samples: 510 }), game(9), pixels);
    const errors = await Promise.all(
      [50, 500].map(async (samples) => {
        const runs = await Promise.all(
          [1, 2, 3, 4].map((seed) => mapOf(kernelShap({ ...options, samples }), game(9), pixels, { seed })),
        );
        return sum(runs.map(({ data }) => Math.hypot(...data.map((value, at) => value - exact.data[at]!)))) / 4;
      }),
    );
    // 500 of the 510 leave it to chance which: still drawn.
    expect(errors[1]).toBeLessThan(0.6 * errors[0]!);
    expect(errors[1]).toBeLessThan(0.1 * Math.hypot(...exact.data));
    expect(errors[1]).toBeGreaterThan(0);
  });

  it('gives one superpixel the whole difference', async () => {
    const map = await mapOf(
      kernelShap({ ...pixelwise, segments: 1 }),
      linearScore([1, 2, 3, 4], [1, 2, 2]),
      [1, 1, 1, 2],
    );
    expect([...map.data]).toEqual([14, 14, 14, 14]);
    expect(map.details).toEqual({ objective: 14, baseline: 0, superpixels: 1 });
  });

  it("equals Captum's Shapley values, and its KernelShap to what its samples leave open", async () => {
    const { map, expected } = await captumOf('shapley', kernelShap({ segmentation: 'grid', segments: 4 }));
    expect(close(map, expected, 1e-5)).toBe(true);
    const sampled = await captumOf('kernelshap', kernelShap({ segmentation: 'grid', segments: 9 }));
    const largest = Math.max(...sampled.expected.map(Math.abs));
    sampled.map.forEach((value, cell) =>
      expect(Math.abs(value - sampled.expected[cell]!)).toBeLessThan(0.05 * largest),
    );
  });
});
