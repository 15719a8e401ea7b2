import { describe, expect, it } from '@jest/globals';
import { scoreCam } from '@understory/explain-perturbation';
import { upsample } from '@understory/imaging';
import { ChainModel, flatten, globalAveragePool, linear, relu } from '@understory/testing';
import fc from 'fast-check';
import { close, dot, featureScores, imageAndWeights, mapOf, sum } from './networks.ts';

/** Algorithm 1 of the paper, with the increase over the black image, for a layer that is the rectified image. */
function plain(x: readonly number[], weights: readonly number[], channels: number): number[] {
  const places = x.length / channels;
  const score = (image: readonly number[]) =>
    dot(
      weights,
      image.map((value) => Math.max(value, 0)),
    );
  const black = score(x.map(() => 0));
  const features = Array.from({ length: channels }, (_, k) =>
    x.slice(k * places, (k + 1) * places).map((value) => Math.max(value, 0)),
  );
  const increases = features.map((feature) => {
    const [low, high] = [Math.min(...feature), Math.max(...feature)];
    const mask = feature.map((value) => (high > low ? (value - low) / (high - low) : 0));
    return score(x.map((value, at) => value * mask[at % places]!)) - black;
  });
  const total = sum(increases.map(Math.exp));
  return features[0]!.map((_, place) =>
    Math.max(0, sum(features.map((feature, k) => (Math.exp(increases[k]!) / total) * feature[place]!))),
  );
}

describe('scoreCam', () => {
  it('equals the algorithm of the paper, for any batch size', async () => {
    await fc.assert(
      fc.asyncProperty(imageAndWeights(), fc.integer({ min: 1, max: 4 }), async ({ dims, x, weights }, batch) => {
        const map = await mapOf(scoreCam({ batch }), featureScores([weights], [0.5], dims), x, { layer: 'features' });
        return map.layer === 'features' && close(map.data, plain(x, weights, 3), 1e-5);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('brings a coarse layer to the size of the image', async () => {
    // Two channels are pooled to one row of two places; only what is right of the image counts.
    const halves = new ChainModel({
      input: [1, 1, 4],
      steps: [
        {
          operator: 'AveragePool',
          name: 'coarse',
          forward: ({ dims: [batch = 0], data }) => ({
            dims: [batch, 1, 1, 2],
            data: Float64Array.from({ length: 2 * batch }, (_, at) => (data[2 * at]! + data[2 * at + 1]!) / 2),
          }),
          backward: ({ data }) => data.map(() => 0),
        },
        flatten('flat'),
        linear('logits', [[0, 1]], [0]),
      ],
    });
    const x = [1, 1, 3, 3];
    const mask = upsample({ height: 1, width: 2, data: Float32Array.of(1, 3) }, 1, 4, 'bilinear').data;
    const seen: number[][] = [];
    const watched = {
      ...{ inputs: halves.inputs, outputs: halves.outputs, layers: halves.layers, origin: halves.origin },
      run: (feeds: Parameters<typeof halves.run>[0], fetch: readonly string[]) => {
        seen.push([...(feeds['pixels']!.data as Float32Array)]);
        return halves.run(feeds, fetch);
      },
      close: () => halves.close(),
    };
    const map = await mapOf(scoreCam(), watched, x, { layer: 'coarse' });
    // One channel has the whole weight of the softmax.
    expect(map).toEqual({ height: 1, width: 2, data: Float32Array.of(1, 3), layer: 'coarse' });
    expect(seen.at(-1)).toEqual(x.map((value, at) => value * ((mask[at]! - 1) / 2)));
  });

  it('takes the last layer that sees space on its own', async () => {
    const model = new ChainModel({
      input: [1, 2, 2],
      steps: [relu('early'), relu('late'), globalAveragePool('pooled'), flatten('flat'), linear('logits', [[1]], [0])],
    });
    expect((await mapOf(scoreCam(), model, [1, 2, 3, 4])).layer).toBe('late');
  });

  it('projects the weighted channels on their first principal axis where it is told to', async () => {
    // Both channels have half of the weight: (2, 0, 0) / 2 and (4, 0, 0) / 2 less their means, along (1, 2).
    const model = featureScores([[0, 0, 0, 0, 0, 0]], [0], [2, 1, 3]);
    const map = await mapOf(scoreCam({ smooth: ['eigen'] }), model, [2, 0, 0, 4, 0, 0], { layer: 'features' });
    [(2 / 3) * Math.sqrt(5), 0, 0].forEach((expected, at) => expect(map.data[at]).toBeCloseTo(expected, 5));
  });

  it('leaves out a channel that is the same everywhere', async () => {
    const model = featureScores([[5, 0, 0, 0]], [0], [2, 1, 2]);
    const map = await mapOf(scoreCam(), model, [2, 2, 0, 1], { layer: 'features' });
    // Neither channel raises the score over that of black: each has half of the weight.
    expect([...map.data]).toEqual([1, 1.5]);
  });
});
