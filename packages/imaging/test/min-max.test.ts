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
        const order = [...map.data.keys()].sort((left, right) => map.data[left]! - map.data[right]!);
        const sorted = order.map((at) => data[at]!);
        const isFlat = map.data[order[0]!] === map.data[order.at(-1)!];
        expect([sorted[0], sorted.at(-1)]).toEqual([0, isFlat ? 0 : 1]);
        // float32 may round two values together, never the other way round.
        expect(sorted).toEqual(sorted.toSorted((left, right) => left - right));
        order.slice(1).forEach((at, place) => {
          if (map.data[at] === map.data[order[place]!]) expect(data[at]).toBe(data[order[place]!]);
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
