import { describe, expect, it } from '@jest/globals';
import { integratedGradients } from '@understory/explain-gradients';
import fc from 'fast-check';
import {
  close,
  linearScore,
  mapOf,
  networkAndImage,
  overThree,
  plainGradient,
  plainScore,
  twoLayers,
} from './networks.ts';

const sum = (values: Iterable<number>) => [...values].reduce((left, right) => left + right, 0);

describe('integratedGradients', () => {
  it('is exact for a linear score', async () => {
    const map = await mapOf(integratedGradients(), linearScore([1, -2, 3, 4], [2, 1, 2]), [5, 6, -1, 2]);
    expect(close(map.data, [5 - 3, -12 + 8])).toBe(true);
    expect(map.details).toEqual({
      objective: expect.closeTo(-2, 6),
      baselineObjective: 0,
      attributed: expect.closeTo(-2, 6),
      completenessGap: expect.closeTo(0, 6),
    });
  });

  it('starts from another constant, or from the means of the channels', async () => {
    const model = linearScore([1, -2, 3, 4], [2, 1, 2]);
    const ones = await mapOf(integratedGradients({ value: 1 }), model, [5, 6, -1, 2]);
    expect(close(ones.data, [4 - 6, -10 + 4])).toBe(true);
    expect(ones.details!['baselineObjective']).toBeCloseTo(6, 6);
    const means = await mapOf(integratedGradients({ baseline: 'mean' }), model, [5, 6, -1, 2]);
    expect(close(means.data, [-0.5 - 4.5, -1 + 6])).toBe(true);
  });

  it('is the mean over a range of baselines, with that of their scores', async () => {
    const model = twoLayers({ first: [[1]], bias: [-1], second: [1] }, [1, 1, 1]);
    const over = (settings: Parameters<typeof integratedGradients>[0]) =>
      mapOf(integratedGradients({ steps: 300, ...settings }), model, [3]);
    const { data, details } = await over({ baseline: 'range', value: 0, until: 4, baselines: 5 });
    // ReLU(x - 1) is 2 at 3, and 0, 0, 1, 2, 3 at the baselines.
    expect(close(data, [2 - 6 / 5])).toBe(true);
    expect(details).toMatchObject({ objective: 2, baselineObjective: expect.closeTo(6 / 5, 6) });
    const alone = await Promise.all([0, 1, 2, 3, 4].map((value) => over({ value })));
    expect(data[0]).toBeCloseTo(sum(alone.map((map) => map.data[0]!)) / 5, 6);
  });

  it('takes the means of channels that are last', async () => {
    const pixels = Array.from({ length: 24 }, (_, at) => (at % 3 === 1 ? at : 0));
    const weights = Array.from({ length: 24 }, (_, at) => (at === 4 ? 1 : 0));
    const map = await mapOf(integratedGradients({ baseline: 'mean' }), linearScore(weights, [2, 4, 3]), pixels);
    const mean = sum([1, 4, 7, 10, 13, 16, 19, 22]) / 8;
    expect(close(map.data, [0, 4 - mean, 0, 0, 0, 0, 0, 0])).toBe(true);
  });

  it('finds the kink of a ReLU: S = ReLU(x - 1) at 3 is 2, a third of the way is silent', async () => {
    const model = twoLayers({ first: [[1]], bias: [-1], second: [1] }, [1, 1, 1]);
    const map = await mapOf(integratedGradients({ steps: 300 }), model, [3]);
    expect(close(map.data, [2])).toBe(true);
    expect(map.details!['completenessGap']).toBeCloseTo(0, 5);
  });

  it('refuses where the score is no number at an end of the way', async () => {
    const model = linearScore([1, 1], [1, 1, 2]);
    const atBaseline = mapOf(
      integratedGradients({ value: 1e6, steps: 1 }),
      linearScore([1e38, 1e38], [1, 1, 2]),
      [0, 0],
    );
    await expect(atBaseline).rejects.toMatchObject({
      code: 'SCORES_NOT_FINITE',
      found: 'Infinity for a baseline of 1000000 for image 1',
    });
    const atImage = mapOf(integratedGradients({ steps: 1 }), model, [Number.NaN, 0]);
    await expect(atImage).rejects.toMatchObject({ code: 'SCORES_NOT_FINITE', found: 'NaN for image 1' });
  });

  it('reports what coarse steps miss', async () => {
    const model = twoLayers({ first: [[1]], bias: [-1], second: [1] }, [1, 1, 1]);
    const map = await mapOf(integratedGradients({ steps: 1 }), model, [3]);
    expect(map.data[0]).toBe(3);
    expect(map.details).toEqual({ objective: 2, baselineObjective: 0, attributed: 3, completenessGap: 1 });
  });

  it('equals the midpoint rule written out, and its details are true, for any batch size', async () => {
    await fc.assert(
      fc.asyncProperty(
        networkAndImage(),
        fc.record({ steps: fc.integer({ min: 1, max: 7 }), batch: fc.integer({ min: 1, max: 8 }) }),
        async ({ x, ...network }, { steps, batch }) => {
          const explainer = integratedGradients({ steps, batch, value: 0.25 });
          const map = await mapOf(explainer, twoLayers(network, [3, 1, x.length / 3]), x);
          const attributions = x.map(() => 0);
          for (let step = 1; step <= steps; step += 1) {
            const between = x.map((value) => Math.fround(0.25 + ((step - 0.5) / steps) * (value - 0.25)));
            plainGradient(network, between).forEach((gradient, at) => {
              attributions[at]! += (gradient * (x[at]! - 0.25)) / steps;
            });
          }
          const before = x.map(() => 0.25);
          const { objective, baselineObjective, attributed, completenessGap } = map.details!;
          const difference = plainScore(network, x) - plainScore(network, before);
          const expected = [plainScore(network, x), plainScore(network, before), sum(attributions)];
          return (
            close(
              map.data,
              overThree(attributions, (a, b, c) => a + b + c),
            ) &&
            close([objective!, baselineObjective!, attributed!], expected) &&
            close([completenessGap!], [sum(attributions) - difference], 1e-5)
          );
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('is complete up to a gap that steps close', async () => {
    await fc.assert(
      fc.asyncProperty(networkAndImage(), async ({ x, ...network }) => {
        const model = twoLayers(network, [3, 1, x.length / 3]);
        const { details, data } = await mapOf(integratedGradients({ steps: 2000, batch: 500 }), model, x);
        const { objective, baselineObjective } = details!;
        return Math.abs(sum(data) - (objective! - baselineObjective!)) < 0.02;
      }),
      { seed: 1, numRuns: 10 },
    );
  });
});
