import { describe, expect, it } from '@jest/globals';
import { gradCamPlusPlus } from '@understory/explain-gradcam';
import fc from 'fast-check';
import { close, known, mapOf, sum, weighted, type Known } from './known-gradients.ts';

/** Chattopadhay et al. 2018: alpha of equation 19, weights of equation 5, map of equation 7. */
function plain({ activations, gradients }: Known): number[] {
  const weights = gradients.map((gradient, k) => {
    const total = sum(activations[k]!);
    const alpha = gradient.map((g) => (g === 0 ? 0 : g ** 2 / (2 * g ** 2 + total * g ** 3 + 1e-6)));
    return sum(gradient.map((g, place) => alpha[place]! * Math.max(g, 0)));
  });
  return weighted(weights, activations);
}

describe('gradCamPlusPlus', () => {
  it('shares the credit among the places of a channel and ignores negative gradients', async () => {
    // One channel that acts with 6 in all: alpha = 1 / (2 + 6), twice, so w = 1/4. The other has no positive gradient.
    const map = await mapOf(
      gradCamPlusPlus,
      {
        activations: [
          [1, 2, 3],
          [9, 9, 9],
        ],
        gradients: [
          [1, 0, 1],
          [-1, 0, -3],
        ],
      },
      3,
    );
    expect(map).toMatchObject({ height: 1, width: 3 });
    expect(close(map.data, [0.25, 0.5, 0.75])).toBe(true);
  });

  it('equals the formulas of the paper', async () => {
    await fc.assert(
      fc.asyncProperty(known(0), async (sample) => close((await mapOf(gradCamPlusPlus, sample)).data, plain(sample))),
      { seed: 1, numRuns: 100 },
    );
  });

  it('shows a gradient that is not a number instead of hiding it', async () => {
    const map = await mapOf(gradCamPlusPlus, { activations: [[1, 2]], gradients: [[NaN, 1]] });
    expect([...map.data]).toEqual([NaN, NaN]);
  });
});
