import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quantile, quantiles } from '../src/index.ts';
import { repeatable, shuffled } from './arbitraries.ts';

describe('quantiles', () => {
  it("interpolate as NumPy's", () => {
    const values = [0.19, 0.31, 0.08, 0.45, 0.22, 0.27, 0.14, 0.39, 0.05, 0.33];
    // numpy.quantile(values, shares)
    const expected = [0.05, 0.077, 0.1525, 0.245, 0.396, 0.45];
    const found = quantiles(values, [0, 0.1, 0.25, 0.5, 0.9, 1]);
    for (const [place, { value }] of found.entries()) expect(value).toBeCloseTo(expected[place]!, 15);
  });

  it('are undefined for no values and refuse shares outside 0..1', () => {
    expect(quantile([], 0.5)).toEqual({ value: undefined, reason: 'there are no values' });
    expect(quantile([3], 0.2)).toEqual({ value: 3 });
    expect(() => quantile([1], 1.1)).toThrow(new RangeError('a share of 1.1 is not in 0..1'));
    expect(() => quantile([1], NaN)).toThrow(RangeError);
  });

  it('do not depend on order and rise with the share', () => {
    fc.assert(
      fc.property(shuffled, fc.double({ min: 0, max: 1, noNaN: true }), ([values, other], share) => {
        fc.pre(values.length > 0);
        expect(quantile(other, share)).toEqual(quantile(values, share));
        expect(quantile(values, share).value).toBeGreaterThanOrEqual(quantile(values, share / 2).value!);
      }),
      repeatable,
    );
  });
});
