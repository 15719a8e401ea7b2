import { describe, expect, it } from '@jest/globals';
import { append, largestOf, smallestOf } from '../src/index.ts';

/** More than arguments of a call can be. */
const many = Float64Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 300_000);

describe('lists of any length', () => {
  it('have a largest and a smallest value', () => {
    expect(largestOf(many)).toBe(299_999);
    expect(smallestOf(many)).toBe(0);
    expect(largestOf(new Set([-3, -5]))).toBe(-3);
    expect([largestOf([]), smallestOf([])]).toEqual([-Infinity, Infinity]);
    expect([largestOf([1, NaN, 2]), smallestOf([1, NaN, 2])]).toEqual([NaN, NaN]);
  });

  it('are added to others', () => {
    const list = [1];
    append(list, many);
    expect(list.length).toBe(300_001);
    expect(list.at(-1)).toBe(many.at(-1));
  });
});
