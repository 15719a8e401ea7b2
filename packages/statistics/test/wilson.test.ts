import { describe, expect, it } from '@jest/globals';
import { wilson } from '../src/index.ts';

describe('wilson', () => {
  // scipy.stats.binomtest(successes, n).proportion_ci(level, 'wilson'), SciPy 1.17.1
  it.each([
    [0, 10, 0.95, 0, 0.27753279986288926],
    [3, 10, 0.95, 0.10779126740630102, 0.6032218525388546],
    [77, 100, 0.99, 0.6468918545785682, 0.8595089740548874],
    [50, 50, 0.9, 0.9486668142137299, 1],
  ])('%i of %i at %d', (successes, n, level, low, high) => {
    const { share, interval } = wilson(successes, n, { level });
    expect(share).toBe(successes / n);
    expect(interval![0]).toBeCloseTo(low, 13);
    expect(interval![1]).toBeCloseTo(high, 13);
  });

  it('is undefined for no trials, and refuses what is no count', () => {
    expect(wilson(0, 0)).toMatchObject({ share: undefined, interval: undefined, reason: 'there are no trials' });
    expect(() => wilson(3, 2)).toThrow(new RangeError('3 of 2 is no count of successes'));
    expect(() => wilson(0.5, 2)).toThrow(RangeError);
    expect(() => wilson(-1, 2)).toThrow(RangeError);
    expect(() => wilson(1, 2, { level: 0 })).toThrow(RangeError);
  });
});
