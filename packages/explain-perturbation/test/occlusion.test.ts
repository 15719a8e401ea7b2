import { describe, expect, it } from '@jest/globals';
import { occlusion } from '@understory/explain-perturbation';
import fc from 'fast-check';
import { close, dot, imageAndWeights, linearScore, mapOf, sum } from './networks.ts';

describe('occlusion', () => {
  it('is what a linear score loses with each pixel', async () => {
    const model = linearScore([1, 2, 3, 4], [1, 2, 2]);
    const constant = { window: 1, stride: 1, fill: 'constant' } as const;
    expect([...(await mapOf(occlusion(constant), model, [5, 6, 7, 8])).data]).toEqual([5, 12, 21, 32]);
    const shifted = await mapOf(occlusion({ ...constant, value: 4 }), model, [5, 6, 7, 8]);
    expect([...shifted.data]).toEqual([1, 4, 9, 16]);
    const mean = await mapOf(occlusion({ window: 1 }), model, [5, 6, 7, 8]);
    expect([...mean.data]).toEqual([-1.5, -1, 1.5, 6]);
  });

  it('takes an eighth of the shorter side for the window and half of that for the stride', async () => {
    const told: number[] = [];
    const progress = (_: number, total: number) => told.push(total);
    const x = Array.from({ length: 32 * 40 }, (_, at) => at);
    await mapOf(occlusion(), linearScore(x, [1, 32, 40]), x, { progress });
    // Windows of 4 begin at 0, 2 ... 28 and 0, 2 ... 36.
    expect(told.at(-1)).toBe(15 * 19);
  });

  it('equals the mean over windows written out, for any window, stride, fill and batch size', async () => {
    await fc.assert(
      fc.asyncProperty(
        imageAndWeights(),
        fc.record({
          window: fc.integer({ min: 1, max: 5 }),
          stride: fc.integer({ min: 1, max: 5 }),
          fill: fc.constantFrom('mean' as const, 'constant' as const),
          batch: fc.integer({ min: 1, max: 9 }),
        }),
        async ({ dims, x, weights }, options) => {
          const [channels, height, width] = dims;
          const window = Math.min(options.window, height);
          const { stride, fill } = options;
          const map = await mapOf(occlusion({ ...options, window, value: 0.5 }), linearScore(weights, dims), x);
          const places = height * width;
          const means = Array.from({ length: channels }, (_, c) => sum(x.slice(c * places, (c + 1) * places)) / places);
          const colourOf = (at: number) => (fill === 'mean' ? means[Math.floor(at / places)]! : 0.5);
          const starts = (length: number) => {
            const found: number[] = [];
            for (let at = 0; at + window < length; at += Math.min(stride, window)) found.push(at);
            return [...found, length - window];
          };
          const falls = Array.from({ length: places }, (): number[] => []);
          for (const top of starts(height)) {
            for (const left of starts(width)) {
              const isIn = (place: number) => {
                const [y, column] = [Math.floor(place / width), place % width];
                return y >= top && y < top + window && column >= left && column < left + window;
              };
              const occluded = x.map((value, at) => (isIn(at % places) ? colourOf(at) : value));
              const fall = dot(weights, x) - dot(weights, occluded);
              falls.forEach((list, place) => isIn(place) && list.push(fall));
            }
          }
          return close(
            map.data,
            falls.map((list) => sum(list) / list.length),
            2e-5,
          );
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('fills channels that are last', async () => {
    const weights = Array.from({ length: 24 }, (_, at) => (at === 4 ? 2 : 0));
    const x = weights.map((_, at) => at);
    const explainer = occlusion({ window: 1, fill: 'constant' });
    const map = await mapOf(explainer, linearScore(weights, [2, 4, 3]), x);
    expect([...map.data]).toEqual([0, 8, 0, 0, 0, 0, 0, 0]);
  });

  it('refuses a window that is larger than the image', async () => {
    const refused = mapOf(occlusion({ window: 3 }), linearScore([1, 2, 3, 4, 5, 6], [1, 2, 3]), [1, 1, 1, 1, 1, 1]);
    await expect(refused).rejects.toMatchObject({
      code: 'WINDOW_TOO_LARGE',
      expected: 'at most 2, for an image of 2 x 3',
    });
  });
});
