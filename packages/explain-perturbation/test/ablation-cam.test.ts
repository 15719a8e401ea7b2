import { describe, expect, it } from '@jest/globals';
import type { Model } from '@understory/core';
import { ablationCam } from '@understory/explain-perturbation';
import fc from 'fast-check';
import { close, dot, featureScores, imageAndWeights, mapOf, sum } from './networks.ts';

/** Sets each channel of the rectified image to zero in turn. */
function plain(x: readonly number[], weights: readonly number[], bias: number, channels: number): number[] {
  const places = x.length / channels;
  const features = x.map((value) => Math.max(value, 0));
  const score = (values: readonly number[]) => dot(weights, values) + bias;
  const whole = score(features);
  const shares = Array.from({ length: channels }, (_, k) => {
    const ablated = features.map((value, at) => (Math.floor(at / places) === k ? 0 : value));
    return (whole - score(ablated)) / Math.abs(whole);
  });
  return features
    .slice(0, places)
    .map((_, place) => Math.max(0, sum(shares.map((share, k) => share * features[k * places + place]!))));
}

describe('ablationCam', () => {
  it('weighs channels by the share of the score that is lost without them', async () => {
    const model = featureScores([[1, 1, -1, 0]], [2], [2, 1, 2]);
    // The score is 2 + 3 + 1 - 4 = 2; without the first channel -2, without the second 6.
    const map = await mapOf(ablationCam(), model, [3, 1, 4, 1], { layer: 'features' });
    expect(map).toEqual({ height: 1, width: 2, data: Float32Array.of(0, 0), layer: 'features' });
    const other = await mapOf(ablationCam(), featureScores([[1, 1, -0.5, 0]], [2], [2, 1, 2]), [3, 1, 4, 1]);
    // The score is 4; without the first channel 0, without the second 6.
    expect([...other.data]).toEqual([3 - 0.5 * 4, 1 - 0.5]);
  });

  it('does not turn the map over where the score is negative, and divides by nothing at 0', async () => {
    const negative = featureScores([[1, 1, 0, 0]], [-8], [2, 1, 2]);
    expect([...(await mapOf(ablationCam(), negative, [3, 1, 4, 1])).data]).toEqual([3, 1]);
    const zero = featureScores([[1, 1, 0, 0]], [-4], [2, 1, 2]);
    expect([...(await mapOf(ablationCam(), zero, [3, 1, 4, 1])).data]).toEqual([12, 4]);
  });

  it('equals ablation written out, for any batch size', async () => {
    await fc.assert(
      fc.asyncProperty(imageAndWeights(), fc.integer({ min: 1, max: 4 }), async ({ dims, x, weights }, batch) => {
        const bias = 1 + sum(weights.map(Math.abs));
        const map = await mapOf(ablationCam({ batch }), featureScores([weights], [bias], dims), x, {
          layer: 'features',
        });
        return close(map.data, plain(x, weights, bias, 3), 1e-5);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('runs only what is behind the layer', async () => {
    const model = featureScores([[1, 1, -0.5, 0]], [2], [2, 1, 2]);
    const runs: string[] = [];
    const { inputs, outputs, layers, origin } = model;
    const watched: Model = {
      inputs,
      outputs,
      layers,
      origin,
      run(feeds, fetch) {
        runs.push(`run ${fetch.join()}`);
        return model.run(feeds, fetch);
      },
      runFrom(feeds, activations, fetch) {
        runs.push(`from ${Object.keys(activations).join()}, ${feeds['pixels']!.dims[0]} at a time`);
        return model.runFrom(feeds, activations, fetch);
      },
      close: () => model.close(),
    };
    await mapOf(ablationCam(), watched, [3, 1, 4, 1], { layer: 'features' });
    expect(runs).toEqual(['run features', 'run logits', 'from features, 2 at a time']);
  });

  it('says what works where the backend takes no activations', async () => {
    const { inputs, outputs, layers, origin } = featureScores([[1]], [0], [1, 1, 1]);
    const plainModel: Model = { inputs, outputs, layers, origin, run: async () => ({}), close: async () => {} };
    await expect(mapOf(ablationCam(), plainModel, [1])).rejects.toMatchObject({
      code: 'CANNOT_RUN_FROM_LAYER',
      next: 'Use rise, occlusion or scorecam.',
    });
  });
});
