import { describe, expect, it } from '@jest/globals';
import { standardDeviation } from '../src/index.ts';

describe('standardDeviation', () => {
  it('has the divisor n - 1', () => {
    const values = [0.19, 0.31, 0.08, 0.45, 0.22, 0.27, 0.14, 0.39, 0.05, 0.33];
    // numpy.std(values, ddof=1)
    expect(standardDeviation(values).value).toBeCloseTo(0.13123769783615274, 15);
  });

  it('keeps spreads whose squares are beyond the range of numbers', () => {
    expect(standardDeviation([0, 2e-200]).value! / 2e-200).toBeCloseTo(Math.SQRT1_2, 14);
    expect(standardDeviation([0, 1e150]).value! / 1e150).toBeCloseTo(Math.SQRT1_2, 14);
  });

  it('is zero for a constant sample and undefined below two values', () => {
    expect(standardDeviation([0.1, 0.1, 0.1])).toEqual({ value: 0 });
    expect(standardDeviation([1])).toEqual({ value: undefined, reason: 'one value has no spread' });
    expect(standardDeviation([])).toEqual({ value: undefined, reason: 'there are no values' });
  });

  it('takes more values than fit into one call of a function', () => {
    const values = Array.from({ length: 300_000 }, (_, place) => place % 2);
    expect(standardDeviation(values).value).toBeCloseTo(0.5, 5);
  });
});
