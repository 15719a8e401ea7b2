import { describe, expect, it } from '@jest/globals';
import { flatMap, float32 } from '@understory/core';
import { ChainModel, flatten, linear } from '@understory/testing';
import { monotonicity } from '../src/index.ts';
import { mapOf } from './support/networks.ts';
import { golden, quantusRequest } from './support/quantus.ts';

/** A network of one channel whose first logit is the weighted sum of the pixels and whose second is 0. */
function request(weights: readonly number[], map: readonly number[]) {
  const count = weights.length;
  return {
    model: new ChainModel({
      input: [1, 1, count],
      steps: [flatten('flat'), linear('logits', [weights, weights.map(() => 0)], [0, 0])],
    }),
    feeds: { pixels: float32(new Float32Array(count).fill(1), [1, 1, 1, count]) },
    objective: { kind: 'score', output: 'logits', index: [[0]] } as const,
    maps: [mapOf(1, count, map)],
    seed: 0,
  };
}
const zero = { perturbation: 'constant', value: 0, steps: 100 } as const;

describe('monotonicity', () => {
  it('is 1 where nothing that comes in lowers the score, 0 where something does, by the order of the map', async () => {
    const weights = [3, -1, 2, 1];
    // Ascending by the map, pixel 1 comes first and is no fall: the picture without pixels is not among the steps.
    const [first] = await monotonicity(zero).evaluate(request(weights, [4, 1, 3, 2]));
    expect(first).toMatchObject({ value: 1, details: { rising: 1 } });
    const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
    expect(first!.curve!.x).toEqual([0, 0.25, 0.5, 0.75, 1]);
    [0, -1, 0, 2, 5].forEach((logit, at) => expect(first!.curve!.y[at]).toBeCloseTo(sigmoid(logit), 6));
    // Second in the order it is one fall in three steps.
    const [second] = await monotonicity(zero).evaluate(request(weights, [4, 2, 3, 1]));
    expect(second).toMatchObject({ value: 0, details: { rising: 2 / 3 } });
  });

  it('counts a step without change as no fall', async () => {
    const [still] = await monotonicity(zero).evaluate(request([1, 0, 0, 2], [1, 2, 3, 4]));
    expect(still!.value).toBe(1);
  });

  it("equals AIX360's on one channel, pixel by pixel; Quantus finds every map monotonic", async () => {
    const { pictures, aix360, quantus } = golden.monotonicity;
    const targets = aix360.map(({ target }) => target);
    const found = await monotonicity({ steps: 48 }).evaluate(quantusRequest('grey', { pictures, targets }));
    expect(found.map(({ value }) => value === 1)).toEqual(aix360.map(({ value }) => value));
    expect(new Set(aix360.map(({ value }) => value)).size).toBe(2);
    expect(quantus).toEqual([true, true, true]);
  });

  it('says why there is no value', async () => {
    const of = async (weights: readonly number[], map: readonly number[]) =>
      (await monotonicity(zero).evaluate(request(weights, map)))[0]!;
    expect(await of([1, 2], [1, 1])).toEqual({ value: undefined, reason: flatMap });
    expect((await of([1, 2], [NaN, 1])).reason).toContain('not finite');
    expect(monotonicity()).toMatchObject({ better: 'higher', range: [0, 1], values: 'binary' });
  });
});
