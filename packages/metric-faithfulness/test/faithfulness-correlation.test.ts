import { describe, expect, it } from '@jest/globals';
import { flatMap, seededRandom, takeFeeds, takeObjective } from '@understory/core';
import type { MetricRequest } from '@understory/core';
import { faithfulnessCorrelationOver } from '../src/faithfulness-correlation.ts';
import { faithfulnessCorrelation } from '../src/index.ts';
import { frameOf, samplesOf } from '../src/samples.ts';
import { mapOf, tinyRequest, tinySize } from './support/networks.ts';
import { correlation, scoreWithout } from './support/reference.ts';
import { apart, golden, quantusRequest, valuesOf } from './support/quantus.ts';

const { channels, height, width } = tinySize;
const fullMaps = (request: MetricRequest): MetricRequest => ({
  ...request,
  maps: request.maps.map((_, at) =>
    mapOf(
      height,
      width,
      Array.from({ length: 42 }, (__, p) => Math.sin(p * (at + 2))),
    ),
  ),
});

describe('faithfulnessCorrelation', () => {
  it('is the correlation over the drawn subsets, from the definition', async () => {
    const request = fullMaps(tinyRequest(2));
    const found = await faithfulnessCorrelation({ subset: 5, draws: 9, perturbation: 'constant', value: 0.5 }).evaluate(
      request,
    );
    const { input, pixelsOf } = samplesOf(request);
    for (const sample of [0, 1]) {
      const { key, places } = frameOf(pixelsOf(sample), input);
      const random = seededRandom(request.seed).fork(key);
      const [sums, drops]: [number[], number[]] = [[], []];
      for (let draw = 0; draw < 9; draw += 1) {
        const order = random.fork(`subset ${draw}`).permutation(places.length);
        const subset = order.slice(0, 5).map((at) => places[at]!);
        sums.push(subset.reduce((sum, at) => sum + request.maps[sample]!.data[at]!, 0));
        drops.push((await scoreWithout(request, sample, [], 0.5)) - (await scoreWithout(request, sample, subset, 0.5)));
      }
      expect(found[sample]!.value).toBeCloseTo(correlation(sums, drops), 6);
    }
  });

  it('is 1 for the map that has what each pixel is worth to a linear network, and -1 for its negative', async () => {
    const request = quantusRequest('grey');
    const worth = await Promise.all(
      [0, 1, 2].map(async (sample) => {
        const whole = await scoreWithout(request, sample, [], 0);
        const parts: number[] = [];
        for (let at = 0; at < 48; at += 1) parts.push(whole - (await scoreWithout(request, sample, [at], 0)));
        return parts;
      }),
    );
    // A ReLU of single pixels: their parts in a logit add up.
    for (const sign of [1, -1]) {
      const maps = worth.map((parts) =>
        mapOf(
          6,
          8,
          parts.map((part) => sign * part),
        ),
      );
      const metric = faithfulnessCorrelation({ subset: 7, draws: 20, perturbation: 'constant', value: 0 });
      for (const { value } of await metric.evaluate({ ...request, maps })) expect(value).toBeCloseTo(sign, 5);
    }
  });

  it("equals Quantus' over the same subsets", async () => {
    const { values, subsets } = golden.faithfulnessCorrelation;
    const given = faithfulnessCorrelationOver(({ sample }) => subsets[sample]!.map((at) => Uint32Array.from(at)));
    const metric = given({ subset: 9, draws: 12 });
    expect(apart(valuesOf(await metric.evaluate(quantusRequest('grey'))), values)).toBeLessThan(1e-5);
  });

  it('is the same alone and among others, and another with another seed', async () => {
    const request = fullMaps(tinyRequest(3));
    const metric = faithfulnessCorrelation({ subset: 8, draws: 15 });
    const all = await metric.evaluate(request);
    const feeds = takeFeeds(request.feeds, [2]);
    const one = { ...request, feeds, objective: takeObjective(request.objective, [2]), maps: [request.maps[2]!] };
    expect((await metric.evaluate(one))[0]!.value).toBeCloseTo(all[2]!.value!, 6);
    expect((await metric.evaluate({ ...one, seed: 6 }))[0]!.value).not.toBeCloseTo(all[2]!.value!, 3);
  });

  it('says why there is no value', async () => {
    const request = tinyRequest(1);
    const of = async (parts: Partial<MetricRequest>, subset = 5) =>
      (await faithfulnessCorrelation({ subset, draws: 4 }).evaluate({ ...request, ...parts }))[0]!;
    expect(await of({ maps: [mapOf(1, 1, [1])] })).toEqual({ value: undefined, reason: flatMap });
    expect((await of({ maps: [mapOf(1, 1, [NaN])] })).reason).toContain('not finite');
    expect((await of({}, 42)).reason).toBe('the image has only 42 pixels, and a subset 42');
    const grey = { pixels: { ...request.feeds['pixels']!, data: new Float32Array(channels * height * width) } };
    expect((await of({ feeds: grey })).reason).toBe('every change has the same effect on the score');
    expect(faithfulnessCorrelation()).toMatchObject({ better: 'higher', range: [-1, 1] });
  });
});
