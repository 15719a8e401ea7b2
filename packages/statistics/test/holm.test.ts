import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holm } from '../src/index.ts';
import { repeatable } from './arbitraries.ts';

describe('holm', () => {
  it('multiplies by the number of tests left, and never falls', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });

  it('leaves out what is no test', () => {
    expect(holm([undefined, 0.02, 0.5])).toEqual([undefined, 0.04, 0.5]);
    expect(() => holm([1.5])).toThrow(new RangeError('1.5 is not in 0..1'));
    expect(() => holm([NaN])).toThrow(RangeError);
  });

  it('lies between the p-value and that of Bonferroni, and keeps the order of the p-values', () => {
    const pValue = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(pValue, { maxLength: 10 }), (pValues) => {
        const corrected = holm(pValues).map((value) => value!);
        for (const [place, value] of corrected.entries()) {
          expect(value).toBeGreaterThanOrEqual(pValues[place]!);
          expect(value).toBeLessThanOrEqual(Math.min(1, pValues[place]! * pValues.length));
          for (const [other, p] of pValues.entries()) {
            if (pValues[place]! <= p) expect(value).toBeLessThanOrEqual(corrected[other]!);
          }
        }
      }),
      repeatable,
    );
  });
});
