import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '@understory/core';

const times = <T>(count: number, next: () => T) => Array.from({ length: count }, next);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('seededRandom', () => {
  it('gives the same stream for the same seed, for ever', () => {
    const random = seededRandom(42);
    expect(times(4, () => random.integer(2 ** 32))).toEqual([2059255503, 3397642087, 901159158, 742388261]);
    expect(seededRandom('run').fork('cat.png').uniform()).toBe(0.2884502605066105);
  });

  it('takes a number and its text as the same seed, and different seeds as different', () => {
    const first = (seed: number | string) => seededRandom(seed).integer(2 ** 32);
    expect(first(7)).toBe(first('7'));
    expect(new Set(times(1000, () => 0).map((_, seed) => first(seed))).size).toBe(1000);
  });

  it('refuses a seed that is not a number', () => {
    expect(() => seededRandom(NaN)).toThrow(RangeError);
    expect(() => seededRandom(Infinity)).toThrow(RangeError);
  });

  // Each bound is five standard errors of what it bounds.
  it('draws uniform numbers in [0, 1) with mean 1/2 and variance 1/12', () => {
    const random = seededRandom(1);
    const drawn = times(100_000, random.uniform);
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(Math.abs(mean(drawn) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / 100_000));
    const squares = drawn.map((value) => (value - 1 / 2) ** 2);
    expect(Math.abs(mean(squares) - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / 100_000));
    const neighbours = drawn.slice(1).map((value, place) => (value - 1 / 2) * (drawn[place]! - 1 / 2));
    expect(Math.abs(mean(neighbours))).toBeLessThan((5 * 1) / 12 / Math.sqrt(99_999));
  });

  it('draws standard normal numbers', () => {
    const random = seededRandom(2);
    const drawn = times(100_000, random.normal);
    const moment = (power: number) => mean(drawn.map((value) => value ** power));
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / 100_000));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / 100_000));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / 100_000));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / 100_000));
  });

  it('draws every integer below the bound equally often', () => {
    const random = seededRandom(3);
    const counts = new Array<number>(7).fill(0);
    for (const value of times(70_000, () => random.integer(7))) counts[value]! += 1;
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    // The 99.99 % quantile of six degrees of freedom.
    expect(chiSquared).toBeLessThan(27.86);
  });

  it('has no modulo bias', () => {
    // A remainder of 32 bits by 3 * 2^30 would fall below 2^30 half of the time instead of a third.
    const random = seededRandom(4);
    const below = times(10_000, () => random.integer(3 * 2 ** 30)).filter((value) => value < 2 ** 30).length;
    expect(Math.abs(below / 10_000 - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / 10_000));
  });

  it.each([0, -1, 1.5, NaN, 2 ** 32 + 1])('refuses the bound %p', (bound) => {
    expect(() => seededRandom(1).integer(bound)).toThrow(RangeError);
  });

  it('draws permutations, each place equally often', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 50 }), (seed, length) => {
        const order = seededRandom(seed).permutation(length);
        expect(order.toSorted((left, right) => left - right)).toEqual([...order.keys()]);
      }),
      { seed: 1, numRuns: 100 },
    );
    const random = seededRandom(5);
    const counts = new Map<string, number>();
    for (const order of times(24_000, () => random.permutation(4).join(''))) {
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // The 99.99 % quantile of 23 degrees of freedom.
    expect(chiSquared).toBeLessThan(57.08);
  });
});

describe('fork', () => {
  const take = (random: ReturnType<typeof seededRandom>) => times(5, () => random.integer(2 ** 32));

  it('depends on seed and name alone, not on what was drawn or forked before', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat({ max: 20 }), (seed, name, draws) => {
        const fresh = take(seededRandom(seed).fork(name));
        const used = seededRandom(seed);
        times(draws, used.normal);
        take(used.fork('other'));
        expect(take(used.fork(name))).toEqual(fresh);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('leaves the stream that it is taken from alone', () => {
    const forked = seededRandom(1);
    take(forked.fork('a'));
    expect(take(forked)).toEqual(take(seededRandom(1)));
  });

  it('gives unrelated streams for different names and for different paths to a name', () => {
    const paths = [['a'], ['b'], ['a', 'b'], ['b', 'a'], ['a/b'], ['a/b', 'c'], ['a', 'b', 'c'], ['a","b'], ['']];
    const streams = paths.map((path) => take(path.reduce((random, name) => random.fork(name), seededRandom(1))));
    expect(new Set([take(seededRandom(1)), ...streams].map(String)).size).toBe(paths.length + 1);
  });

  it('gives uniform numbers across forks as within one', () => {
    const root = seededRandom(6);
    const drawn = times(20_000, () => 0).map((_, item) => root.fork(`item-${item}`).uniform());
    expect(Math.abs(mean(drawn) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / 20_000));
    const squares = drawn.map((value) => (value - 1 / 2) ** 2);
    expect(Math.abs(mean(squares) - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / 20_000));
  });
});
