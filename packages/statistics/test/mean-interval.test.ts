import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { meanInterval, type IntervalMethod } from '../src/index.ts';
import { measurement, repeatable, shuffled } from './arbitraries.ts';

const methods: readonly IntervalMethod[] = ['bca', 'percentile', 't'];

describe('meanInterval', () => {
  it("is Student's interval", () => {
    const values = [0.19, 0.31, 0.08, 0.45, 0.22, 0.27, 0.14, 0.39, 0.05, 0.33];
    const { interval, mean, n } = meanInterval(values, { method: 't' });
    expect([mean, n]).toEqual([expect.closeTo(0.243, 15), 10]);
    // scipy.stats.t.interval(0.95, 9, numpy.mean(values), scipy.stats.sem(values))
    expect(interval![0]).toBeCloseTo(0.14911820652921676, 13);
    expect(interval![1]).toBeCloseTo(0.3368817934707832, 13);
  });

  it('is the bootstrap interval of SciPy, up to the draws', () => {
    const values = [
      ...[0.02, 0.03, 0.05, 0.06, 0.08, 0.11, 0.12, 0.15, 0.19, 0.2],
      ...[0.24, 0.3, 0.38, 0.41, 0.55, 0.61, 0.7, 0.98, 1.3, 1.9],
    ];
    // scipy.stats.bootstrap((values,), numpy.mean, confidence_level=0.9682383401593041, n_resamples=400000, method=...), SciPy 1.17.1;
    // the level is 95 % after the expansion: 1 - 2 * norm.cdf(sqrt(20 / 19) * t.ppf(0.025, 19)).
    const expected = { bca: [0.2475, 0.7395], percentile: [0.219, 0.6705] };
    for (const method of ['bca', 'percentile'] as const) {
      const { interval } = meanInterval(values, { method, resamples: 39_999 });
      expect(Math.abs(interval![0] - expected[method][0]!)).toBeLessThan(0.005);
      expect(Math.abs(interval![1] - expected[method][1]!)).toBeLessThan(0.012);
    }
  });

  it('depends on the seed and on nothing else', () => {
    const values = [0.1, 0.4, 0.2, 0.9, 0.3];
    const intervals = [1, 1, 2].map((seed) => meanInterval(values, { seed }).interval);
    expect(intervals[1]).toEqual(intervals[0]);
    expect(intervals[2]).not.toEqual(intervals[0]);
  });

  it('is the same after any other interval', () => {
    const sample = (n: number) => Array.from({ length: n }, (_, i) => Math.sin(i * i + n));
    const ask = (n: number) => meanInterval(sample(n), { resamples: 1999, seed: 3 }).interval;
    // Of the largest more is drawn than is kept, and of all of them together.
    const sizes = [5, 700, 6, 900, 1100, 2200];
    const first = sizes.map(ask);
    expect([...sizes].reverse().map(ask).reverse()).toEqual(first);
    expect(first[0]![0]).toBeCloseTo(-0.8230225193702961, 12);
    expect(first[5]![1]).toBeCloseTo(0.034777475946490874, 12);
  });

  it.each(methods)('says why there is no interval: %s', (method) => {
    const asked = { level: 0.95, method };
    expect(meanInterval([], { method })).toEqual({
      ...{ n: 0, mean: undefined, deviation: undefined, interval: undefined, ...asked },
      reason: 'there are no values',
    });
    expect(meanInterval([2], { method })).toEqual({
      ...{ n: 1, mean: 2, deviation: undefined, interval: undefined, ...asked },
      reason: 'one value has no spread',
    });
    expect(meanInterval([0.1, 0.1, 0.1], { method })).toEqual({
      ...{ n: 3, mean: 0.1, deviation: 0, interval: undefined, ...asked },
      reason: 'all values are equal',
    });
  });

  it('refuses what makes no sense', () => {
    expect(() => meanInterval([1, 2], { level: 1 })).toThrow(RangeError);
    expect(() => meanInterval([1, 2], { level: 95 })).toThrow(new RangeError('a level of 95 is not between 0 and 1'));
    expect(() => meanInterval([1, 2], { resamples: 0 })).toThrow(RangeError);
    expect(() => meanInterval([1, NaN])).toThrow(RangeError);
  });

  it.each(methods)('is the same in any order, and finite: %s', (method) => {
    fc.assert(
      fc.property(shuffled, ([values, other]) => {
        const found = meanInterval(values, { method, resamples: 99 });
        expect(meanInterval(other, { method, resamples: 99 })).toEqual(found);
        const [low, high] = found.interval ?? [];
        const isSpread = new Set(values).size > 1;
        expect([Number.isFinite(low), Number.isFinite(high)]).toEqual([isSpread, isSpread]);
        expect(found.reason === undefined).toBe(isSpread);
        expect(low ?? 0).toBeLessThanOrEqual(high ?? 0);
      }),
      repeatable,
    );
  });

  it.each(methods)('moves with the values and grows with them: %s', (method) => {
    fc.assert(
      fc.property(shuffled, measurement, fc.integer({ min: 1, max: 9 }), ([values], shift, scale) => {
        const { interval } = meanInterval(values, { method, resamples: 99 });
        // Without two different values there is no interval: held by the tests above.
        fc.pre(interval !== undefined);
        const changed = values.map((value) => scale * value + shift);
        const moved = meanInterval(changed, { method, resamples: 99 }).interval;
        expect(moved).toBeDefined();
        const room = 1e-9 * Math.max(1, ...changed.map(Math.abs));
        for (const end of [0, 1] as const) {
          expect(Math.abs(moved![end] - (scale * interval![end] + shift))).toBeLessThan(room);
        }
      }),
      repeatable,
    );
  });

  it('stays finite at extreme levels and for values that are almost equal', () => {
    for (const method of methods) {
      const found = [
        meanInterval([0, 0, 0, 0, 1], { method, level: 0.999999 }),
        meanInterval([0, 5e-324], { method }),
        meanInterval([1, 1 + Number.EPSILON], { method }),
      ];
      for (const { interval, mean } of found) {
        expect(interval).toBeDefined();
        expect([...interval!, mean].every(Number.isFinite)).toBe(true);
      }
    }
  });
});
