import { describe, expect, it } from '@jest/globals';
import { flatMap, float32 } from '@understory/core';
import type { MetricRequest } from '@understory/core';
import { upsample } from '@understory/imaging';
import { ChainModel, flatten, linear } from '@understory/testing';
import { averageDrop, increaseInConfidence } from '../src/index.ts';
import { mapOf, tinyRequest, tinySize, watched } from './support/networks.ts';
import { plainScore } from './support/reference.ts';

const { channels, height, width } = tinySize;
const places = height * width;

/** One pixel of two counts for the class, the other against it. */
function twoPixels(map: readonly number[]): MetricRequest {
  const model = new ChainModel({
    input: [1, 1, 2],
    steps: [
      flatten('flat'),
      linear(
        'logits',
        [
          [1, -1],
          [0, 0],
        ],
        [0, 0],
      ),
    ],
  });
  return {
    model,
    feeds: { pixels: float32(Float32Array.of(2, 1), [1, 1, 1, 2]) },
    objective: { kind: 'score', output: 'logits', index: [[0]] },
    maps: [mapOf(1, 2, map)],
    seed: 0,
  };
}
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

describe('averageDrop', () => {
  it('is known in closed form where one pixel is shown and the other is not', async () => {
    const [good] = await averageDrop().evaluate(twoPixels([5, -3]));
    expect(good).toEqual({
      value: 0,
      details: { whole: expect.closeTo(sigmoid(1), 6), masked: expect.closeTo(sigmoid(2), 6) },
    });
    const [bad] = await averageDrop().evaluate(twoPixels([0, 7]));
    expect(bad!.value).toBeCloseTo(1 - sigmoid(-1) / sigmoid(1), 6);
  });

  it('is what the definition gives, plainly', async () => {
    const request = tinyRequest();
    const found = await averageDrop({ batch: 4, interpolation: 'bilinear' }).evaluate(request);
    for (const [sample, { value }] of found.entries()) {
      const pixels = (request.feeds['pixels']!.data as Float32Array).slice(
        sample * channels * places,
        (sample + 1) * channels * places,
      );
      const scores = upsample(request.maps[sample]!, height, width, 'bilinear').data;
      const [low, high] = [Math.min(...scores), Math.max(...scores)];
      const masked = pixels.map((pixel, at) => (pixel * (scores[at % places]! - low)) / (high - low));
      const subject = {
        model: request.model,
        input: 'pixels',
        output: 'logits',
        target: sample,
        channels,
        height,
        width,
        pixels,
      };
      const [y, o] = [
        await plainScore(subject, pixels, 'probability'),
        await plainScore(subject, masked, 'probability'),
      ];
      expect(value).toBeCloseTo(Math.max(0, y - o) / y, 5);
    }
  });

  it('has no value where the map is the same everywhere', async () => {
    const [found] = await averageDrop().evaluate(twoPixels([4, 4]));
    expect(found).toEqual({ value: undefined, reason: flatMap });
  });

  it('takes probabilities as they are, and has no value where there is nothing to fall', async () => {
    const request = twoPixels([1, 0]);
    const answer = (row: readonly number[]) => {
      const { graph, ...model } = watched(request.model, () => {});
      expect(graph).toBeDefined();
      const run = async ({ pixels }: MetricRequest['feeds']) => {
        const batch = pixels!.dims[0]!;
        return { logits: float32(Float32Array.from(Array(batch).fill(row).flat()), [batch, 2]) };
      };
      return { ...request, model: { ...model, run } };
    };
    const [sure] = await averageDrop().evaluate(answer([0.75, 0.25]));
    expect(sure!.details!['whole']).toBeCloseTo(0.75, 6);
    const [never] = await averageDrop().evaluate(answer([0, 1]));
    expect(never).toMatchObject({ value: undefined, reason: expect.stringContaining('probability is 0') });
    const [logits] = await averageDrop().evaluate(answer([3, 1]));
    expect(logits!.details!['whole']).toBeCloseTo(sigmoid(2), 6);
  });

  it('says which way is better', () => {
    expect(averageDrop()).toMatchObject({ better: 'lower', range: [0, 1] });
    expect(increaseInConfidence()).toMatchObject({ better: 'higher', range: [0, 1], values: 'binary' });
  });
});

describe('increaseInConfidence', () => {
  it('is 1 where the probability rises, else 0', async () => {
    expect((await increaseInConfidence().evaluate(twoPixels([5, -3])))[0]!.value).toBe(1);
    expect((await increaseInConfidence().evaluate(twoPixels([0, 7])))[0]!.value).toBe(0);
  });

  it('has no value for a map that is not finite', async () => {
    const [found] = await increaseInConfidence().evaluate(twoPixels([NaN, 1]));
    expect(found).toEqual({ value: undefined, reason: expect.stringContaining('not finite') });
  });
});
