import { describe, expect, it } from '@jest/globals';
import { hiResCam } from '@understory/explain-gradcam';
import fc from 'fast-check';
import { close, known, mapOf, sum, type Known } from './known-gradients.ts';

/** Draelos and Carin 2020: the sum over channels of the elementwise product, and a ReLU. */
function plain({ activations, gradients }: Known): number[] {
  return activations[0]!.map((_, place) =>
    Math.max(0, sum(gradients.map((g, k) => g[place]! * activations[k]![place]!))),
  );
}

describe('hiResCam', () => {
  it('lets what speaks against the class count at its place', async () => {
    const map = await mapOf(
      hiResCam,
      {
        activations: [
          [1, 2, 3],
          [1, 1, 1],
        ],
        gradients: [
          [3, -9, 0],
          [-2, 5, 7],
        ],
      },
      3,
    );
    expect(map.data).toEqual(Float32Array.of(1, 0, 7));
  });

  it('equals the formula of the paper', async () => {
    await fc.assert(
      fc.asyncProperty(known(), async (sample) => close((await mapOf(hiResCam, sample)).data, plain(sample))),
      { seed: 1, numRuns: 100 },
    );
  });
});
