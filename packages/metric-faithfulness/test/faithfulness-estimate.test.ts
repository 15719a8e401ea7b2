import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import { faithfulnessEstimate } from '../src/index.ts';
import { mapOf, tinyRequest } from './support/networks.ts';
import { apart, golden, quantusRequest, valuesOf } from './support/quantus.ts';
import { correlation, scoreWithout } from './support/reference.ts';

describe('faithfulnessEstimate', () => {
  it('is the correlation over groups of pixels in the order of the map, from the definition', async () => {
    const request = quantusRequest('grey');
    // 48 pixels in 10 groups: nine of 5 and one of 3.
    const found = await faithfulnessEstimate({ steps: 10, perturbation: 'constant', value: 1 }).evaluate(request);
    for (const sample of [0, 1, 2]) {
      const map = request.maps[sample]!.data;
      const order = [...map.keys()].sort((left, right) => map[right]! - map[left]!);
      const whole = await scoreWithout(request, sample, [], 1);
      const [sums, drops]: [number[], number[]] = [[], []];
      for (let start = 0; start < 48; start += 5) {
        const group = order.slice(start, start + 5);
        sums.push(group.reduce((sum, at) => sum + map[at]!, 0));
        drops.push(whole - (await scoreWithout(request, sample, group, 1)));
      }
      expect(sums).toHaveLength(10);
      expect(found[sample]!.value).toBeCloseTo(correlation(sums, drops), 6);
    }
  });

  it.each(Object.entries(golden.faithfulnessEstimate))(
    "equals Quantus' with %s features in a step, on one channel",
    async (features, expected) => {
      const metric = faithfulnessEstimate({ steps: 48 / Number(features) });
      expect(apart(valuesOf(await metric.evaluate(quantusRequest('grey'))), expected)).toBeLessThan(1e-5);
    },
  );

  it('says why there is no value', async () => {
    const request = tinyRequest(1);
    const metric = faithfulnessEstimate({ steps: 6 });
    const of = async (map: readonly number[]) =>
      (await metric.evaluate({ ...request, maps: [mapOf(1, map.length, map)] }))[0]!;
    expect(await of([1])).toEqual({ value: undefined, reason: flatMap });
    expect((await of([NaN, 1])).reason).toContain('not finite');
    const feeds = { pixels: { ...request.feeds['pixels']!, data: new Float32Array(84) } };
    const [still] = await metric.evaluate({ ...request, feeds });
    expect(still!.reason).toBe('every change has the same effect on the score');
    expect(metric).toMatchObject({ better: 'higher', range: [-1, 1] });
  });
});
