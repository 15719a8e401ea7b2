import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import type { Feeds, MetricRequest } from '@understory/core';
import { localLipschitz } from '../../src/index.ts';
import { localLipschitzBy } from '../../src/robustness/local-lipschitz.ts';
import { mapOf, tinyRequest, tinySize } from '../support/networks.ts';
import { apart, explained, golden, quantusRequest, valuesOf } from '../support/quantus.ts';

const { channels, height, width } = tinySize;
const size = channels * height * width;

/** The explainer of these tests: half the first channel plus a third of the second. */
const mapsOf = (feeds: Feeds) => {
  const data = feeds['pixels']!.data as Float32Array;
  return Array.from({ length: data.length / size }, (_, sample) =>
    mapOf(
      height,
      width,
      Array.from(
        { length: height * width },
        (__, at) => data[sample * size + at]! / 2 + data[sample * size + height * width + at]! / 3,
      ),
    ),
  );
};
const requestOf = (samples: number, seen: Feeds[] = []): MetricRequest => {
  const request = tinyRequest(samples);
  const explain = async ({ feeds }: { feeds?: Feeds }) => {
    seen.push(feeds!);
    return mapsOf(feeds!);
  };
  return { ...request, maps: mapsOf(request.feeds), explain };
};
const length = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

describe('localLipschitz', () => {
  it('is the largest change of the map over the change of the picture, from the definition', async () => {
    const seen: Feeds[] = [];
    const request = requestOf(2, seen);
    const found = await localLipschitz({ deviation: 0.3, draws: 5, normalise: false }).evaluate(request);
    expect(seen).toHaveLength(5);
    const own = request.feeds['pixels']!.data as Float32Array;
    for (const sample of [0, 1]) {
      const ratios = seen.map((feeds) => {
        const other = feeds['pixels']!.data as Float32Array;
        const moved = Array.from({ length: size }, (_, at) => other[sample * size + at]! - own[sample * size + at]!);
        const [one, two] = [request.maps[sample]!.data, mapsOf(feeds)[sample]!.data];
        return length(Array.from(one, (value, at) => two[at]! - value)) / length(moved);
      });
      expect(new Set(ratios).size).toBe(5);
      expect(found[sample]!.value).toBeCloseTo(Math.max(...ratios), 6);
    }
  });

  it('draws normal noise of its deviation at every element', async () => {
    const seen: Feeds[] = [];
    const request = requestOf(1, seen);
    await localLipschitz({ deviation: 0.5, draws: 60 }).evaluate(request);
    const own = request.feeds['pixels']!.data as Float32Array;
    const noise = seen.flatMap(({ pixels }) =>
      Array.from(pixels!.data as Float32Array, (value, at) => value - own[at]!),
    );
    expect(Math.abs(noise.reduce((sum, value) => sum + value, 0) / noise.length)).toBeLessThan(0.02);
    expect(noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length).toBeCloseTo(0.25, 1);
    expect(noise.filter((value) => Math.abs(value) > 1).length / noise.length).toBeCloseTo(0.0455, 1);
  });

  it("equals Quantus' with the same noise", async () => {
    const { values, draws, noise } = golden.robustness.lipschitz;
    const request = quantusRequest('grey');
    const { targets } = golden.cases.grey;
    const given = localLipschitzBy(({ sample, pixels, draw }) =>
      pixels.map((value, at) => value + noise[sample]![draw]![at]!),
    );
    const found = await given({ draws }).evaluate({
      ...request,
      maps: explained('grey', request.feeds, targets),
      explain: async ({ feeds }) => explained('grey', feeds!, targets),
    });
    expect(apart(valuesOf(found), values)).toBeLessThan(1e-5);
  });

  it('is 0 for an explainer that does not look, and minds no unit of the map unless it is told to', async () => {
    const request = requestOf(1);
    expect((await localLipschitz().evaluate({ ...request, explain: async () => request.maps }))[0]!.value).toBe(0);
    const scaled: MetricRequest = {
      ...request,
      maps: request.maps.map((map) => ({ ...map, data: map.data.map((value) => 8 * value) })),
      explain: async ({ feeds }) => mapsOf(feeds!).map((map) => ({ ...map, data: map.data.map((value) => 8 * value) })),
    };
    const values = async (of: MetricRequest, normalise: boolean) =>
      (await localLipschitz({ normalise }).evaluate(of))[0]!.value!;
    expect(await values(scaled, true)).toBeCloseTo(await values(request, true), 6);
    expect(await values(scaled, false)).toBeCloseTo(8 * (await values(request, false)), 4);
  });

  it('says why there is no value', async () => {
    const request = requestOf(1);
    const flat = { ...request, maps: [mapOf(height, width, new Float32Array(height * width))] };
    expect((await localLipschitz().evaluate(flat))[0]).toEqual({ value: undefined, reason: flatMap });
    const still = await localLipschitz({ deviation: 0 }).evaluate(request);
    expect(still[0]).toEqual({ value: undefined, reason: 'no change leaves the image another one' });
    const broken = { ...request, explain: async () => [mapOf(1, 1, [NaN])] };
    expect((await localLipschitz().evaluate(broken))[0]!.reason).toContain('not finite');
    const { explain, ...without } = request;
    expect(explain).toBeDefined();
    await expect(localLipschitz().evaluate(without)).rejects.toThrow(
      expect.objectContaining({ code: 'METRIC_NOT_APPLICABLE', found: 'no explainer' }),
    );
    expect(localLipschitz()).toMatchObject({ better: 'lower', range: [0, Infinity], needs: ['explain'] });
  });
});
