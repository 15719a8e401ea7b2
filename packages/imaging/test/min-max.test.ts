import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { minMax } from '../src/index.ts';
import { map } from './arbitraries.ts';

const row = (...values: number[]) => ({ height: 1, width: values.length, data: Float32Array.from(values) });

describe('minMax', () => {
  it('puts the smallest at 0 and the largest at 1, and keeps the order', () => {
    fc.assert(
      fc.property(map, (map) => {
        const { data } = minMax(map);
        const [low, high] = [Math.min(...map.data), Math.max(...map.data)];
        map.data.forEach((value, at) => {
          if (low === high) expect(data[at]).toBe(0);
          else if (value === low) expect(data[at]).toBe(0);
          else if (value === high) expect(data[at]).toBe(1);
          else expect(data[at]! >= 0 && data[at]! <= 1).toBe(true);
        });
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('adds epsilon to the span', () => {
    expect([...minMax(row(1, 2, 3), 2).data]).toEqual([0, 0.25, 0.5]);
  });

  it.each([0, -3, 7])('makes a constant map of %d zero', (value) => {
    expect([...minMax(row(value, value)).data]).toEqual([0, 0]);
  });

  it('keeps what else a map carries', () => {
    expect(minMax({ ...row(0, 4), layer: 'layer4' })).toEqual({ ...row(0, 1), layer: 'layer4' });
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses %d', (value) => {
    expect(() => minMax(row(0, value))).toThrow(
      expect.objectContaining({ code: 'HEAT_MAP_NOT_FINITE', found: `${value}` }),
    );
  });
});
