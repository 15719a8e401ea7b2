import { describe, expect, it } from '@jest/globals';
import { gradCam } from '@understory/explain-gradcam';
import fc from 'fast-check';
import { close, known, mapOf, sum, weighted, type Known } from './known-gradients.ts';

/** Selvaraju et al. 2017, equations 1 and 2, term by term. */
function plain({ activations, gradients }: Known): number[] {
  const alpha = gradients.map((gradient) => sum(gradient) / gradient.length);
  return weighted(alpha, activations);
}

describe('gradCam', () => {
  it('weighs channels by their mean gradient and keeps what is positive', async () => {
    // The mean gradients are 2 and -1.
    const map = await mapOf(
      gradCam,
      {
        activations: [
          [1, 0, 3, 2],
          [0, 5, 1, 4],
        ],
        gradients: [
          [4, 0, 4, 0],
          [0, 0, 0, -4],
        ],
      },
      2,
    );
    expect(map).toEqual({ height: 2, width: 2, data: Float32Array.of(2, 0, 5, 0), layer: 'features' });
  });

  it('equals the formulas of the paper', async () => {
    await fc.assert(
      fc.asyncProperty(known(), async (sample) => close((await mapOf(gradCam, sample)).data, plain(sample))),
      { seed: 1, numRuns: 100 },
    );
  });
});
