import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { magnitudeShown, minMax, scaleForColours, scalingWords } from '../src/index.ts';
import { map } from './arbitraries.ts';

const row = (...values: number[]) => ({ height: 1, width: values.length, data: Float32Array.from(values) });

describe('scaleForColours', () => {
  it('leaves zero in the middle of a diverging colour map, and both signs as far from it as they are from zero', () => {
    expect([...scaleForColours(row(-1, 0, 2), 'rdbu').data]).toEqual([0.25, 0.5, 1]);
    expect([...scaleForColours(row(-4, 0, 2), 'rdbu').data]).toEqual([0, 0.5, 0.75]);
    expect([...scaleForColours(row(1, 2), 'rdbu').data]).toEqual([0.75, 1]);
  });

  it('gives full colour to a thousandth of the values, unless all others are zero', () => {
    const data = Float32Array.from({ length: 2000 }, (_, at) => (at < 2 ? 50 : at % 2 === 0 ? -1 : 1));
    const map = { height: 40, width: 50, data };
    expect(magnitudeShown(map)).toBe(1);
    expect([...scaleForColours(map, 'rdbu').data.subarray(0, 4)]).toEqual([1, 1, 0, 1]);
    expect(magnitudeShown({ ...map, data: data.map((value) => (value > 1 ? value : 0)) })).toBe(50);
  });

  it('has no colour where nothing counts', () => {
    expect([...scaleForColours(row(0, 0), 'rdbu').data]).toEqual([0.5, 0.5]);
  });

  it('of the negative map is the mirror image', () => {
    fc.assert(
      fc.property(map, (found) => {
        const negative = { ...found, data: found.data.map((value) => -value) };
        const [one, other] = [scaleForColours(found, 'rdbu'), scaleForColours(negative, 'rdbu')];
        const apart = one.data.map((value, at) => Math.abs(value + other.data[at]! - 1));
        expect(Math.max(...apart)).toBeLessThan(1e-6);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('is minMax for the others, and both say so', () => {
    expect(scaleForColours(row(-1, 0, 3), 'inferno')).toEqual(minMax(row(-1, 0, 3)));
    expect([scalingWords('jet'), scalingWords('rdbu')]).toEqual([
      'scaled from its minimum to its maximum',
      'scaled by the 99.9th percentile of its magnitudes, with zero in the middle of the colours',
    ]);
  });

  it('refuses what is not finite', () => {
    expect(() => scaleForColours(row(0, NaN), 'rdbu')).toThrow(
      expect.objectContaining({ code: 'HEAT_MAP_NOT_FINITE' }),
    );
  });
});
