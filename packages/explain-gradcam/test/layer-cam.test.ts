import { describe, expect, it } from '@jest/globals';
import { layerCam } from '@understory/explain-gradcam';
import fc from 'fast-check';
import { close, known, mapOf, sum, type Known } from './known-gradients.ts';

/** Jiang et al. 2021: weights of equation 6, weighted activations of 7, map of 8. */
function plain({ activations, gradients }: Known): number[] {
  const weights = gradients.map((gradient) => gradient.map((g) => Math.max(0, g)));
  return activations[0]!.map((_, place) =>
    Math.max(0, sum(weights.map((w, k) => w[place]! * activations[k]![place]!))),
  );
}

describe('layerCam', () => {
  it('weighs every place by its own positive gradient', async () => {
    const map = await mapOf(
      layerCam,
      {
        activations: [
          [1, 2, 3],
          [1, 1, 1],
        ],
        gradients: [
          [3, -9, 0],
          [2, 5, -7],
        ],
      },
      3,
    );
    expect(map.data).toEqual(Float32Array.of(5, 5, 0));
  });

  it('equals the formulas of the paper', async () => {
    await fc.assert(
      fc.asyncProperty(known(), async (sample) => close((await mapOf(layerCam, sample)).data, plain(sample))),
      { seed: 1, numRuns: 100 },
    );
  });
});
