import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { saliency, smoothGrad } from '@understory/explain-gradients';
import fc from 'fast-check';
import { close, linearScore, mapOf, networkAndImage, overThree, plainGradient, twoLayers } from './networks.ts';

describe('smoothGrad', () => {
  it("is the sum of magnitudes of a linear score's weights, whatever the noise", async () => {
    const map = await mapOf(smoothGrad(), linearScore([1, -2, 0.5, 4], [2, 1, 2]), [1, 2, 3, 4]);
    expect(close(map.data, [1.5, 6])).toBe(true);
  });

  it('is the gradient where there is no noise', async () => {
    await fc.assert(
      fc.asyncProperty(networkAndImage(), async ({ x, ...network }) => {
        const one = { ...network, first: network.first.map((row) => row.slice(0, 1)) };
        const model = twoLayers(one, [1, 1, 1]);
        const map = await mapOf(smoothGrad({ samples: 3, noise: 0 }), model, x.slice(0, 1));
        return close(map.data, [...(await mapOf(saliency, model, x.slice(0, 1))).data]);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('equals the mean over noisy copies written out, for any batch size', async () => {
    await fc.assert(
      fc.asyncProperty(
        networkAndImage(),
        fc.record({
          samples: fc.integer({ min: 1, max: 7 }),
          batch: fc.integer({ min: 1, max: 8 }),
          noise: fc.constantFrom(0.1, 1),
        }),
        fc.integer({ min: 0, max: 9 }),
        async ({ x, ...network }, options, seed) => {
          const map = await mapOf(smoothGrad(options), twoLayers(network, [3, 1, x.length / 3]), x, { seed });
          const random = seededRandom(seed).fork('smoothgrad');
          const deviation = options.noise * (Math.max(...x) - Math.min(...x));
          const mean = x.map(() => 0);
          for (let copy = 0; copy < options.samples; copy += 1) {
            const noisy = x.map((value) => Math.fround(value + deviation * random.normal()));
            plainGradient(network, noisy).forEach((gradient, at) => (mean[at]! += gradient / options.samples));
          }
          return close(
            map.data,
            overThree(mean, (a, b, c) => Math.abs(a) + Math.abs(b) + Math.abs(c)),
          );
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('draws other noise for another seed and the same for the same', async () => {
    const network = { first: [[1], [-1]], bias: [0, 0], second: [1, 3] };
    const options = { samples: 7, noise: 1 };
    const at = (seed: number) =>
      mapOf(
        smoothGrad(options),
        twoLayers(
          {
            ...network,
            first: [
              [1, 1],
              [-1, 1],
            ],
          },
          [1, 1, 2],
        ),
        [0.1, -0.1],
        { seed },
      );
    const maps = await Promise.all([at(1), at(1), at(2)]);
    expect(maps[1]).toEqual(maps[0]);
    expect(maps[2]).not.toEqual(maps[0]);
  });

  it('tells how far it is', async () => {
    const told: [number, number][] = [];
    const progress = (done: number, total: number) => told.push([done, total]);
    await mapOf(smoothGrad({ samples: 5, batch: 2 }), linearScore([1], [1, 1, 1]), [1], { progress });
    expect(told).toEqual([
      [1, 5],
      [3, 5],
      [5, 5],
    ]);
  });

  it('refuses settings that mean nothing', () => {
    expect(() => smoothGrad({ samples: 0 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => smoothGrad({ noise: -1 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});
