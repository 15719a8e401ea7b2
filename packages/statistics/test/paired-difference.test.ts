import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { meanInterval, pairedDifference } from '../src/index.ts';
import { measurement, pairs, repeatable } from './arbitraries.ts';

const first = [0.19, 0.31, 0.08, 0.45, 0.22, 0.27, 0.14, 0.39, 0.05, 0.33];
const second = [0.25, 0.3, 0.19, 0.52, 0.2, 0.41, 0.22, 0.38, 0.17, 0.4];

describe('pairedDifference', () => {
  it('is the interval of the differences, their test and their effect size', () => {
    const found = pairedDifference(first, second);
    const differences = first.map((value, place) => value - second[place]!);
    expect(found).toMatchObject(meanInterval(differences));
    expect(found).toMatchObject({ n: 10, pValue: 0.015625, test: 'exact' });
    // numpy: d.mean() / d.std(ddof=1)
    expect(found.effectSize).toBeCloseTo(-1.0692799017865384, 13);
  });

  it('is defined for no pairs, for one and for constant differences', () => {
    expect(pairedDifference([], [])).toMatchObject({ n: 0, mean: undefined, pValue: undefined, effectSize: undefined });
    expect(pairedDifference([2], [1])).toMatchObject({ n: 1, mean: 1, interval: undefined, pValue: 1 });
    expect(pairedDifference([2, 3], [1, 2])).toMatchObject({ mean: 1, interval: undefined, effectSize: undefined });
    expect(pairedDifference([2, 3], [1, 2])).toMatchObject({ pValue: 0.5, reason: 'all values are equal' });
  });

  it('refuses lists that are no pairs', () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow(new RangeError('2 values cannot be paired with 1'));
    expect(() => pairedDifference([1], [NaN])).toThrow(RangeError);
  });

  it('does not change when both sides move, and turns round when they are swapped', () => {
    fc.assert(
      fc.property(pairs, measurement, (both, shift) => {
        const [left, right] = [both.map((pair) => pair[0]), both.map((pair) => pair[1])];
        const options = { method: 't', exactUpTo: 0, permutations: 49 } as const;
        const found = pairedDifference(left, right, options);
        const moved = [left, right].map((values) => values.map((value) => value + shift));
        expect(pairedDifference(moved[0]!, moved[1]!, options)).toEqual(found);
        const swapped = pairedDifference(right, left, options);
        expect(swapped.pValue).toBe(found.pValue);
        if (found.interval !== undefined) {
          expect(swapped.interval![0]).toBeCloseTo(-found.interval[1], 9);
          expect(swapped.effectSize).toBeCloseTo(-found.effectSize!, 9);
        }
      }),
      repeatable,
    );
  });
});
