import { describe, expect, it } from '@jest/globals';
import { inputXGradient } from '@understory/explain-gradients';
import fc from 'fast-check';
import { close, linearScore, mapOf, networkAndImage, overThree, plainGradient, twoLayers } from './networks.ts';

describe('inputXGradient', () => {
  it('adds up to a linear score', async () => {
    const map = await mapOf(inputXGradient, linearScore([1, -2, 3, 4], [2, 1, 2]), [5, 6, -1, 2]);
    expect([...map.data]).toEqual([5 - 3, -12 + 8]);
  });

  it('equals its formula', async () => {
    await fc.assert(
      fc.asyncProperty(networkAndImage(), async ({ x, ...network }) => {
        const map = await mapOf(inputXGradient, twoLayers(network, [3, 1, x.length / 3]), x);
        const products = plainGradient(network, x).map((gradient, at) => gradient * x[at]!);
        return close(
          map.data,
          overThree(products, (a, b, c) => a + b + c),
        );
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});
