import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FirstOfKinds } from '@understory/statistics';

const compare = (kind: 'low' | 'high', one: number, other: number) => (kind === 'low' ? one - other : other - one);

describe('FirstOfKinds', () => {
  it('keeps so many of each kind, kinds in their order', () => {
    const first = new FirstOfKinds<'low' | 'high', number>({ low: 2, high: 1 }, compare);
    expect([5, 3, 4].map((value) => first.offer('low', value))).toEqual([true, true, true]);
    expect(first.offer('low', 6)).toBe(false);
    expect([1, 9, 2].map((value) => first.offer('high', value))).toEqual([true, true, false]);
    expect(first.chosen()).toEqual([
      { kind: 'low', candidate: 3 },
      { kind: 'low', candidate: 4 },
      { kind: 'high', candidate: 9 },
    ]);
  });

  it('took whatever belongs to the first of all when it came, in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000), { maxLength: 30 }), (values) => {
        const first = new FirstOfKinds<'low' | 'high', number>({ low: 3, high: 3 }, compare);
        const taken = new Set(values.filter((value) => first.offer('low', value)));
        const chosen = first.chosen().map(({ candidate }) => candidate);
        expect(chosen).toEqual([...values].sort((one, other) => one - other).slice(0, 3));
        for (const each of chosen) expect(taken.has(each)).toBe(true);
      }),
    );
  });
});
