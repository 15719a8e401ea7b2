import { describe, expect, it } from '@jest/globals';
import { saliency } from '@understory/explain-gradients';
import fc from 'fast-check';
import { close, linearScore, mapOf, networkAndImage, overThree, plainGradient, twoLayers } from './networks.ts';

describe('saliency', () => {
  it("is the largest magnitude of a linear score's weights", async () => {
    const map = await mapOf(saliency, linearScore([1, -2, 0, 0.5, 1, 0], [3, 1, 2]), [9, 9, 9, 9, 9, 9]);
    expect(map).toEqual({ height: 1, width: 2, data: Float32Array.of(1, 2) });
  });

  it('finds the channels where they are last', async () => {
    const weights = Array.from({ length: 24 }, (_, at) => (at === 4 ? -3 : at === 23 ? 2 : 0));
    const map = await mapOf(saliency, linearScore(weights, [2, 4, 3]), weights);
    expect([map.height, map.width]).toEqual([2, 4]);
    expect([...map.data]).toEqual([0, 3, 0, 0, 0, 0, 0, 2]);
  });

  it('equals the formula of the paper', async () => {
    await fc.assert(
      fc.asyncProperty(networkAndImage(), async ({ x, ...network }) => {
        const map = await mapOf(saliency, twoLayers(network, [3, 1, x.length / 3]), x);
        const expected = overThree(plainGradient(network, x), (...all) => Math.max(...all.map(Math.abs)));
        return close(map.data, expected);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});
