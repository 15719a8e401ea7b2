import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pearson, ranks, spearman } from '../src/index.ts';
import { measurement, pairs, repeatable } from './arbitraries.ts';

describe('pearson and spearman', () => {
  it('agree with SciPy', () => {
    const first = [0.19, 0.31, 0.08, 0.45, 0.22, 0.27, 0.14, 0.39, 0.05, 0.33];
    const second = [0.25, 0.3, 0.19, 0.52, 0.2, 0.41, 0.22, 0.38, 0.17, 0.4];
    // scipy.stats.pearsonr(first, second).statistic, SciPy 1.17.1
    expect(pearson(first, second).value).toBeCloseTo(0.9005884418335691, 13);
    // scipy.stats.spearmanr([1, 2, 2, 3, 5, 5, 5, 8], [2, 1, 4, 4, 3, 9, 9, 7]).statistic
    const tied = spearman([1, 2, 2, 3, 5, 5, 5, 8], [2, 1, 4, 4, 3, 9, 9, 7]);
    expect(tied.value).toBeCloseTo(0.6895607149652165, 13);
  });

  it.each([pearson, spearman])('say why there is none', (correlation) => {
    expect(correlation([], [])).toEqual({ value: undefined, reason: 'there are no pairs' });
    expect(correlation([1], [2])).toEqual({ value: undefined, reason: 'there is one pair' });
    expect(correlation([1, 1], [2, 3])).toEqual({ value: undefined, reason: 'the first values are all equal' });
    expect(correlation([1, 2], [3, 3])).toEqual({ value: undefined, reason: 'the second values are all equal' });
    expect(() => correlation([1], [])).toThrow(RangeError);
    expect(() => correlation([1, 2], [NaN, 1])).toThrow(RangeError);
  });

  it('are symmetric, within -1..1, and blind to shift, scale and the order of the pairs', () => {
    fc.assert(
      fc.property(pairs, measurement, (both, shift) => {
        const [first, second] = [both.map((pair) => pair[0]), both.map((pair) => pair[1])];
        for (const correlation of [pearson, spearman]) {
          const { value } = correlation(first, second);
          if (value === undefined) continue;
          expect(Math.abs(value)).toBeLessThanOrEqual(1);
          expect(correlation(second, first).value).toBe(value);
          expect(correlation(first.toReversed(), second.toReversed()).value).toBe(value);
          const changed = first.map((number) => 3 * number + shift);
          expect(correlation(changed, second).value).toBeCloseTo(value, 9);
        }
      }),
      repeatable,
    );
  });

  it('ranks share the mean where values are equal', () => {
    expect(ranks([30, 10, 20, 10, 10])).toEqual([5, 2, 4, 2, 2]);
    expect(ranks([])).toEqual([]);
  });
});
