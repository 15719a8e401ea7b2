import { describe, expect, it } from '@jest/globals';
import { xGradCam } from '@understory/explain-gradcam';
import fc from 'fast-check';
import { close, known, mapOf, sum, weighted, type Known } from './known-gradients.ts';

/** Fu et al. 2020, equation 8. */
function plain({ activations, gradients }: Known): number[] {
  const weights = gradients.map((gradient, k) => {
    const total = sum(activations[k]!) + 1e-7;
    return sum(gradient.map((g, place) => (g * activations[k]![place]!) / total));
  });
  return weighted(weights, activations);
}

describe('xGradCam', () => {
  it('averages gradients with the activations as weights', async () => {
    // (4 * 1 + 0 * 3) / 4 = 1 and (2 * 2 - 6 * 2) / 4 = -2.
    const map = await mapOf(xGradCam, {
      activations: [
        [1, 3],
        [2, 2],
      ],
      gradients: [
        [4, 0],
        [2, -6],
      ],
    });
    expect(close(map.data, [0, 0])).toBe(true);
    const alone = await mapOf(xGradCam, { activations: [[1, 3]], gradients: [[4, 0]] });
    expect(close(alone.data, [1, 3])).toBe(true);
  });

  it('gives a silent channel no weight', async () => {
    expect([...(await mapOf(xGradCam, { activations: [[0, 0]], gradients: [[5, 5]] })).data]).toEqual([0, 0]);
  });

  it('equals the formula of the paper', async () => {
    await fc.assert(
      fc.asyncProperty(known(0), async (sample) => close((await mapOf(xGradCam, sample)).data, plain(sample))),
      { seed: 1, numRuns: 100 },
    );
  });
});
