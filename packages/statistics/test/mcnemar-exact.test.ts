import { describe, expect, it } from '@jest/globals';
import { mcNemarExact } from '../src/index.ts';

describe('mcNemarExact', () => {
  // scipy.stats.binomtest(onlyFirst, onlyFirst + onlySecond, 0.5).pvalue, SciPy 1.17.1
  it.each([
    [0, 5, 0.0625],
    [3, 12, 0.03515625],
    [1, 2, 1],
    [120, 180, 0.0006342200069283566],
    [4000, 4200, 0.027972423571324654],
  ])('%i against %i', (onlyFirst, onlySecond, pValue) => {
    expect(mcNemarExact(onlyFirst, onlySecond).pValue / pValue).toBeCloseTo(1, 10);
    expect(mcNemarExact(onlySecond, onlyFirst)).toEqual(mcNemarExact(onlyFirst, onlySecond));
  });

  it('is 1 where the answers never differ, and refuses what is no count', () => {
    expect(mcNemarExact(0, 0)).toEqual({ pValue: 1 });
    expect(() => mcNemarExact(-1, 2)).toThrow(new RangeError('-1 is no count of items'));
    expect(() => mcNemarExact(1, 2.5)).toThrow(RangeError);
  });
});
