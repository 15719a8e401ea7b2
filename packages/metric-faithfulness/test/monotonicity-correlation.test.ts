import { describe, expect, it } from '@jest/globals';
import { flatMap, seededRandom } from '@understory/core';
import { monotonicityCorrelation } from '../src/index.ts';
import { monotonicityCorrelationBy } from '../src/monotonicity-correlation.ts';
import { frameOf, samplesOf } from '../src/samples.ts';
import { mapOf, tinyRequest } from './support/networks.ts';
import { apart, golden, quantusRequest, valuesOf } from './support/quantus.ts';
import { correlation, scoreWithout } from './support/reference.ts';

const ranked = (values: readonly number[]) => values.map((value) => values.filter((other) => other < value).length);

describe('monotonicityCorrelation', () => {
  it('is the rank correlation of size and spread over groups of pixels, from the definition', async () => {
    const request = quantusRequest('grey');
    const metric = monotonicityCorrelation({ steps: 12, draws: 3, score: 'logit' });
    const found = await metric.evaluate(request);
    const { input, pixelsOf } = samplesOf(request);
    for (const sample of [0, 1, 2]) {
      const pixels = pixelsOf(sample);
      const [low, high] = [Math.min(...pixels), Math.max(...pixels)];
      const random = seededRandom(request.seed).fork(frameOf(pixels, input).key);
      const sizes = Array.from(request.maps[sample]!.data, Math.abs);
      const order = [...sizes.keys()].sort((left, right) => sizes[left]! - sizes[right]!);
      const whole = await scoreWithout(request, sample, [], 0);
      const [sums, spreads]: [number[], number[]] = [[], []];
      for (let group = 0; group < 12; group += 1) {
        const places = order.slice(group * 4, group * 4 + 4);
        const draw = random.fork(`group ${group}`);
        let spread = 0;
        for (let at = 0; at < 3; at += 1) {
          spread += (whole - (await scoreWithout(request, sample, places, low + (high - low) * draw.uniform()))) ** 2;
        }
        sums.push(places.reduce((sum, at) => sum + sizes[at]!, 0));
        spreads.push(spread / 3);
      }
      expect(found[sample]!.value).toBeCloseTo(correlation(ranked(sums), ranked(spreads)), 9);
    }
  });

  it("equals Quantus' with the same values drawn, on one channel", async () => {
    const { values, steps, draws, drawn } = golden.monotonicityCorrelation;
    const given = monotonicityCorrelationBy(({ sample }, group) =>
      drawn[sample]!.slice(group * draws, (group + 1) * draws),
    );
    const found = await given({ steps, draws }).evaluate(quantusRequest('grey'));
    expect(apart(valuesOf(found), values)).toBeLessThan(1e-9);
  });

  it('says why there is no value', async () => {
    const request = tinyRequest(1);
    const metric = monotonicityCorrelation({ steps: 6, draws: 2 });
    const of = async (map: readonly number[]) =>
      (await metric.evaluate({ ...request, maps: [mapOf(1, map.length, map)] }))[0]!;
    expect(await of([1])).toEqual({ value: undefined, reason: flatMap });
    expect((await of([NaN, 1])).reason).toContain('not finite');
    expect(metric).toMatchObject({ better: 'higher', range: [-1, 1] });
  });
});
