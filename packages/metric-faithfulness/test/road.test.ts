import { describe, expect, it } from '@jest/globals';
import { float32, seededRandom } from '@understory/core';
import { upsample } from '@understory/imaging';
import { road } from '../src/index.ts';
import { frameOf, samplesOf } from '../src/samples.ts';
import { mapOf, tinyRequest, tinySize, watched } from './support/networks.ts';
import { plainImputation, plainOrder, plainScore } from './support/reference.ts';

const { channels, height, width } = tinySize;
const places = height * width;

describe('road', () => {
  it('is the mean score over shares, each imputed from scratch by elimination', async () => {
    const request = tinyRequest(1);
    const options = { fraction: 0.8, steps: 4, noise: 0.3 };
    const combined = await road(options).evaluate(request);
    const pixels = request.feeds['pixels']!.data as Float32Array;
    const subject = {
      model: request.model,
      input: 'pixels',
      output: 'logits',
      target: 0,
      channels,
      height,
      width,
      pixels,
    };
    const scores = upsample(request.maps[0]!, height, width, 'bicubic').data;
    // One draw an element, in the order of the frame.
    const frame = frameOf(pixels, samplesOf(request).input);
    const normal = seededRandom(request.seed).fork(frame.key).fork('imputation');
    const noise = Array.from(pixels, () => 0);
    for (const place of frame.places) {
      for (let channel = 0; channel < channels; channel += 1) {
        noise[channel * places + place] = options.noise * normal.normal();
      }
    }
    const means: Record<string, number> = {};
    for (const [name, order] of [
      ['most', 'descending'],
      ['least', 'ascending'],
    ] as const) {
      const removed = plainOrder(scores, order);
      const plain: number[] = [];
      for (const share of [0.2, 0.4, 0.6, 0.8]) {
        const mask = new Uint8Array(places);
        for (const place of removed.slice(0, Math.floor(share * places))) mask[place] = 1;
        const picture = Float32Array.from(pixels);
        for (let channel = 0; channel < channels; channel += 1) {
          const own = pixels.subarray(channel * places, (channel + 1) * places);
          plainImputation(own, mask, height, width).forEach((value, place) => {
            const at = channel * places + place;
            if (mask[place] === 1) picture[at] = value + noise[at]!;
          });
        }
        plain.push(await plainScore(subject, picture, 'probability'));
      }
      means[name] = plain.reduce((sum, value) => sum + value, 0) / plain.length;
      const [single] = await road({ ...options, order: name }).evaluate(request);
      expect(single!.value).toBeCloseTo(means[name], 5);
      plain.forEach((value, at) => expect(single!.curve!.y[at + 1]).toBeCloseTo(value, 5));
      expect(combined[0]!.details![name]).toBeCloseTo(means[name], 5);
    }
    expect(combined[0]!.value).toBeCloseTo((means['least']! - means['most']!) / 2, 5);
    expect(combined[0]!.curve!.y[0]).toBe(0);
  });

  it('removes exactly k pixels, on a plateau too', async () => {
    const changed: number[] = [];
    const request = tinyRequest(1, tinySize, { maps: [mapOf(2, 2, [1, 1, 1, 0])] });
    const original = request.feeds['pixels']!.data as Float32Array;
    const model = watched(request.model, ({ pixels }) => {
      const data = pixels!.data as Float32Array;
      changed.push([...Array(places).keys()].filter((place) => data[place] !== original[place]).length);
    });
    await road({ order: 'most', fraction: 0.9, steps: 3, noise: 1, batch: 1 }).evaluate({ ...request, model });
    expect(changed).toEqual([0, 12, 25, 37]);
  });

  it('draws its noise from the seed and the picture', async () => {
    const request = tinyRequest(2);
    const metric = road({ steps: 3, noise: 0.5 });
    const found = await metric.evaluate(request);
    expect(await metric.evaluate(request)).toEqual(found);
    expect(await metric.evaluate({ ...request, seed: 6 })).not.toEqual(found);
    const swapped = float32(
      Float32Array.from([
        ...(request.feeds['pixels']!.data as Float32Array).slice(channels * places),
        ...(request.feeds['pixels']!.data as Float32Array).slice(0, channels * places),
      ]),
      [2, channels, height, width],
    );
    const objective = { kind: 'score', output: 'logits', index: [[1], [0]] } as const;
    const maps = request.maps.toReversed();
    const other = await metric.evaluate({ ...request, feeds: { pixels: swapped }, objective, maps });
    expect(other.map(({ value }) => value)).toEqual(found.map(({ value }) => value).reverse());
  });

  it('says which way is better', () => {
    expect(road()).toMatchObject({ better: 'higher', range: [-0.5, 0.5] });
    expect(road({ order: 'most' })).toMatchObject({ better: 'lower', range: [0, 1] });
    expect(road({ order: 'least', score: 'logit' })).toMatchObject({ better: 'higher', range: [-Infinity, Infinity] });
  });

  it('has no value for a map that is not finite', async () => {
    const [found] = await road().evaluate(tinyRequest(1, tinySize, { maps: [mapOf(1, 1, [Infinity])] }));
    expect(found).toEqual({ value: undefined, reason: expect.stringContaining('not finite') });
  });
});
