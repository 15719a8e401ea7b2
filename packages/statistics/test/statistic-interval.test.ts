import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { meanInterval, statisticInterval } from '../src/index.ts';

const random = seededRandom('values');
const values = Array.from({ length: 200 }, () => random.normal() + 3);

function weightedMean(of: readonly number[], times: Uint32Array): number | undefined {
  let [sum, count] = [0, 0];
  times.forEach((each, at) => {
    sum += each * of[at]!;
    count += each;
  });
  return count === 0 ? undefined : sum / count;
}

describe('statisticInterval', () => {
  it('agrees with the interval of a mean where the statistic is one', () => {
    const found = statisticInterval(values.length, (times) => weightedMean(values, times), { seed: 4 })!;
    const { interval } = meanInterval(values, { method: 't' });
    expect(found[0]).toBeCloseTo(interval![0], 1);
    expect(found[1]).toBeCloseTo(interval![1], 1);
  });

  it('draws as many items as there are, the same ones for the same seed', () => {
    const drawn: number[] = [];
    const collect = (seed: number) =>
      statisticInterval(
        5,
        (times) => {
          drawn.push(times.reduce((sum, each) => sum + each, 0));
          return times[0]!;
        },
        { seed, resamples: 300 },
      );
    const first = collect(1);
    expect(new Set(drawn)).toEqual(new Set([5]));
    expect(collect(1)).toEqual(first);
    expect(first).toEqual([0, 3]);
  });

  it('holds the true ratio of two means in about 95 of 100 runs', () => {
    let held = 0;
    const runs = 1000;
    for (let run = 0; run < runs; run += 1) {
      const draw = seededRandom(`ratio ${run}`);
      const [top, bottom] = [[], []] as [number[], number[]];
      for (let at = 0; at < 80; at += 1) {
        top.push(draw.uniform() < 0.6 ? 1 : 0);
        bottom.push(draw.uniform() < 0.9 ? 1 : 0);
      }
      const ratio = (times: Uint32Array) => weightedMean(top, times)! / weightedMean(bottom, times)!;
      const [low, high] = statisticInterval(80, ratio, { resamples: 199, seed: run })!;
      if (low <= 2 / 3 && 2 / 3 <= high) held += 1;
    }
    expect(held / runs).toBeGreaterThanOrEqual(0.92);
    expect(held / runs).toBeLessThanOrEqual(0.97);
  });

  it('has none of one item, nor where most draws have no value, and refuses a level that is none', () => {
    expect(statisticInterval(1, () => 1)).toBeUndefined();
    expect(statisticInterval(9, () => undefined)).toBeUndefined();
    expect(() => statisticInterval(9, () => 1, { level: 1 })).toThrow(RangeError);
    expect(() => statisticInterval(9, () => 1, { resamples: 0 })).toThrow(RangeError);
  });
});
