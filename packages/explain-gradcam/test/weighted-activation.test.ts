import { describe, expect, it } from '@jest/globals';
import { float32 } from '@understory/core';
import type { Objective } from '@understory/core';
import { eigenGradCam, gradCam, gradCamPlusPlus, hiResCam, layerCam, xGradCam } from '@understory/explain-gradcam';
import { ChainModel, explainerContract, flatten, linear, pointwiseConvolution, relu } from '@understory/testing';
import fc from 'fast-check';
import { close, known, mapOf } from './known-gradients.ts';

const weighted = { gradCam, gradCamPlusPlus, hiResCam, layerCam, xGradCam };
const wave = (length: number, speed: number) => Array.from({ length }, (_, at) => Math.sin(speed * (at + 1)));
const network = () =>
  new ChainModel({
    input: [3, 3, 2],
    steps: [
      pointwiseConvolution('stem', [wave(3, 1), wave(3, 2), wave(3, 3)], [0.4, 0.2, 0.6]),
      relu('features'),
      flatten('flat'),
      linear('logits', [wave(18, 1.3), wave(18, 2.1), wave(18, 0.7)], [0, 1, 2]),
    ],
  });
const pixels = wave(54, 0.9);
const objective: Objective = { kind: 'score', output: 'logits', index: [[0], [2], [1]] };
const feedsOf = (values: readonly number[]) => ({ pixels: float32(Float32Array.from(values), [3, 3, 3, 2]) });

describe.each(Object.entries(weighted))('%s', (_, method) => {
  for (const smooth of [['eigen'], ['augmentation'], ['eigen', 'augmentation']] as const) {
    describe(`smoothed by ${smooth.join(' and ')}`, () => {
      const create = () => method({ smooth });
      const subject = { create, open: network, feeds: feedsOf(pixels), objective, layer: 'features' };
      for (const { name, run, timeout } of explainerContract(subject)) it(name, run, timeout);
    });
  }
});

describe('eigen smoothing', () => {
  it('of HiResCAM is Eigen-Grad-CAM', async () => {
    await fc.assert(
      fc.asyncProperty(known(0), async (sample) => {
        const expected = await mapOf(eigenGradCam, sample);
        return close((await mapOf(hiResCam({ smooth: ['eigen'] }), sample)).data, [...expected.data]);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('of Grad-CAM projects the weighted channels less their means', async () => {
    // Weights 1 and 2: the channels (3, 0, 0) and (4, 0, 0), less (1, 4/3), whose axis is (3, 4) / 5.
    const map = await mapOf(gradCam({ smooth: ['eigen'] }), {
      activations: [
        [3, 0, 0],
        [2, 0, 0],
      ],
      gradients: [
        [3, 0, 0],
        [2, 2, 2],
      ],
    });
    expect(close(map.data, [(2 / 3) * 5, 0, 0])).toBe(true);
  });
});

describe('augmentation smoothing', () => {
  it('averages the scaled maps of flipped and brighter images', async () => {
    const model = network();
    const width = 2;
    const flip = (values: readonly number[]) =>
      values.map((_, at) => values[at - (at % width) + width - 1 - (at % width)]!);
    const sum = Array.from({ length: 3 }, () => Array.from({ length: 6 }, () => 0));
    for (const isFlipped of [false, true]) {
      for (const factor of [0.9, 1, 1.1]) {
        const changed = (isFlipped ? flip(pixels) : pixels).map((value) => value * factor);
        const maps = await gradCam.explain({ model, feeds: feedsOf(changed), objective, layer: 'features' });
        maps.forEach(({ data }, sample) => {
          const own = isFlipped ? flip([...data]) : [...data];
          const [low, high] = [Math.min(...own), Math.max(...own)];
          own.forEach((value, at) => (sum[sample]![at]! += (value - low) / (high - low + 1e-7) / 6));
        });
      }
    }
    const smooth = gradCam({ smooth: ['augmentation'] });
    const maps = await smooth.explain({ model, feeds: feedsOf(pixels), objective, layer: 'features' });
    maps.forEach(({ data }, sample) => expect(close(data, sum[sample]!)).toBe(true));
    expect(Math.max(...sum.flat())).toBeGreaterThan(0.5);
  });

  it('flips nothing where what is explained has a place', async () => {
    const seen: number[][] = [];
    const model = network();
    const own = model.differentiate.bind(model);
    model.differentiate = (request) => {
      seen.push([...(request.feeds['pixels']!.data as Float32Array)]);
      return own(request);
    };
    const feeds = feedsOf(pixels);
    const cotangents = { features: float32(new Float32Array(54).fill(1), [3, 3, 3, 2]) };
    const placed: Objective = { kind: 'cotangent', cotangents };
    await gradCam({ smooth: ['augmentation'] }).explain({ model, feeds, objective: placed, layer: 'stem' });
    expect(seen.map(([first]) => first! / pixels[0]!)).toEqual(
      [0.9, 1, 1.1].map((factor) => expect.closeTo(factor, 5)),
    );
  });
});
