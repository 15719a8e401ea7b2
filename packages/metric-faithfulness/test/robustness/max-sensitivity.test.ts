import { describe, expect, it } from '@jest/globals';
import { flatMap, seededRandom, takeFeeds, takeObjective } from '@understory/core';
import type { Feeds, HeatMap, MetricRequest } from '@understory/core';
import { maxSensitivity } from '../../src/index.ts';
import { frameOf, samplesOf } from '../../src/samples.ts';
import { mapOf, tinyRequest, tinySize } from '../support/networks.ts';

const { channels, height, width } = tinySize;
const size = channels * height * width;

/** The explainer of these tests: the first channel of the picture, times a factor. */
const mapsOf = (feeds: Feeds, factor = 1): HeatMap[] => {
  const { data, dims } = feeds['pixels']!;
  return Array.from({ length: dims[0]! }, (_, sample) =>
    mapOf(
      height,
      width,
      (data as Float32Array).slice(sample * size, sample * size + height * width).map((value) => factor * value),
    ),
  );
};

function requestOf(samples: number, seen: Feeds[] = []): MetricRequest {
  const request = tinyRequest(samples);
  return {
    ...request,
    maps: mapsOf(request.feeds),
    explain: async ({ feeds }) => {
      seen.push(feeds!);
      return mapsOf(feeds!);
    },
  };
}

describe('maxSensitivity', () => {
  it('is the farthest relative distance over the draws', async () => {
    const seen: Feeds[] = [];
    const request = requestOf(2, seen);
    const found = await maxSensitivity({ radius: 0.3, draws: 4 }).evaluate(request);
    expect(seen).toHaveLength(4);
    found.forEach(({ value }, sample) => {
      const norm = (values: readonly number[]) => Math.hypot(...values);
      const own = [...request.maps[sample]!.data];
      const distances = seen.map((feeds) => {
        const other = mapsOf(feeds)[sample]!.data;
        return norm(own.map((each, at) => other[at]! - each)) / norm(own);
      });
      expect(new Set(distances).size).toBe(4);
      expect(value).toBeCloseTo(Math.max(...distances), 6);
    });
  });

  it('equals brute force with the same draws, for an explainer that is not linear', async () => {
    const squares = (feeds: Feeds): HeatMap[] =>
      mapsOf(feeds).map((map) => ({ ...map, data: map.data.map((value) => value ** 2 - 1) }));
    const request = tinyRequest(2);
    const maps = squares(request.feeds);
    const explain: MetricRequest['explain'] = async ({ feeds }) => squares(feeds!);
    const found = await maxSensitivity({ radius: 0.2, draws: 6 }).evaluate({ ...request, maps, explain });
    const all = request.feeds['pixels']!.data as Float32Array;
    for (const sample of [0, 1]) {
      const picture = all.slice(sample * size, (sample + 1) * size);
      const length = (values: readonly number[]) =>
        Math.sqrt(values.map((value) => value * value).reduce((a, b) => a + b));
      let largest = 0;
      for (let draw = 0; draw < 6; draw += 1) {
        const { key, places } = frameOf(picture, samplesOf(request).input);
        const random = seededRandom(request.seed).fork(key).fork(`draw ${draw}`);
        const changed = Array.from(picture);
        for (const place of places) {
          for (let at = place; at < size; at += height * width) {
            changed[at] = Math.fround(picture[at]! + 0.2 * (2 * random.uniform() - 1));
          }
        }
        const differences = changed
          .slice(0, height * width)
          .map((pixel, place) => pixel ** 2 - 1 - (picture[place]! ** 2 - 1));
        largest = Math.max(largest, length(differences));
      }
      expect(found[sample]!.value).toBeCloseTo(largest / length([...maps[sample]!.data]), 5);
    }
  });

  it('draws uniform noise within the radius, around 0, of every element', async () => {
    const seen: Feeds[] = [];
    const request = requestOf(1, seen);
    await maxSensitivity({ radius: 0.5, draws: 50 }).evaluate(request);
    const own = request.feeds['pixels']!.data as Float32Array;
    const noise = seen.flatMap((feeds) =>
      Array.from(feeds['pixels']!.data as Float32Array, (value, at) => value - own[at]!),
    );
    expect(Math.max(...noise.map(Math.abs))).toBeLessThanOrEqual(0.5 + 1e-6);
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const square = noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(square).toBeCloseTo(0.25 / 3, 2);
  });

  it('is 0 for an explainer that does not look, and for no radius', async () => {
    const request = requestOf(1);
    const still = { ...request, explain: async () => request.maps };
    expect((await maxSensitivity().evaluate(still))[0]!.value).toBe(0);
    expect((await maxSensitivity({ radius: 0, draws: 1 }).evaluate(request))[0]!.value).toBe(0);
  });

  it('is the same alone and among others', async () => {
    const request = requestOf(3);
    const all = await maxSensitivity({ draws: 3 }).evaluate(request);
    const alone = await maxSensitivity({ draws: 3 }).evaluate({
      ...request,
      feeds: takeFeeds(request.feeds, [2]),
      objective: takeObjective(request.objective, [2]),
      maps: [request.maps[2]!],
    });
    expect(alone[0]).toEqual(all[2]);
  });

  it('says why there is no value', async () => {
    const request = requestOf(1);
    const zero = { ...request, maps: [mapOf(height, width, new Float32Array(height * width))] };
    expect((await maxSensitivity().evaluate(zero))[0]).toEqual({
      value: undefined,
      reason: flatMap,
    });
    const broken = { ...request, explain: async ({ feeds }: { feeds?: Feeds }) => mapsOf(feeds!, NaN) };
    expect((await maxSensitivity().evaluate(broken))[0]!.reason).toContain('not finite');
    const { explain, ...without } = request;
    expect(explain).toBeDefined();
    await expect(maxSensitivity().evaluate(without)).rejects.toThrow(
      expect.objectContaining({ code: 'METRIC_NOT_APPLICABLE', found: 'no explainer' }),
    );
    expect(maxSensitivity()).toMatchObject({ better: 'lower', range: [0, Infinity], needs: ['explain'] });
  });
});
