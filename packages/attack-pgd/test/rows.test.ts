import { describe, expect, it } from '@jest/globals';
import { joined, notFinite, rowOf, stacked } from '../src/rows.ts';

const run = Float32Array.from({ length: 12 }, (_, at) => at);

describe('rows of a batch', () => {
  it('are fed as they lie where one run made them', () => {
    const rows = [0, 1, 2].map((at) => rowOf(run, at, 3));
    const { data, dims } = joined(rows, [2, 2]);
    expect(data.buffer).toBe(run.buffer);
    expect([...data]).toEqual([...run]);
    expect(dims).toEqual([3, 2, 2]);
    const [, ...later] = rows;
    expect([...joined(later, [4]).data]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it.each([
    { what: 'in another order', rows: [rowOf(run, 1, 3), rowOf(run, 0, 3)], values: [4, 5, 6, 7, 0, 1, 2, 3] },
    { what: 'with a gap', rows: [rowOf(run, 0, 3), rowOf(run, 2, 3)], values: [0, 1, 2, 3, 8, 9, 10, 11] },
    {
      what: 'of other memory',
      rows: [rowOf(run, 0, 3), Float32Array.of(7, 7, 7, 7)],
      values: [0, 1, 2, 3, 7, 7, 7, 7],
    },
    { what: 'that is the same twice', rows: [rowOf(run, 0, 3), rowOf(run, 0, 3)], values: [0, 1, 2, 3, 0, 1, 2, 3] },
  ])('are copied $what', ({ rows, values }) => {
    const { data } = joined(rows, [4]);
    expect(data.buffer).not.toBe(run.buffer);
    expect([...data]).toEqual(values);
  });

  it('are always copied where they are handed out', () => {
    expect(stacked([rowOf(run, 0, 3), rowOf(run, 1, 3)], [4]).data.buffer).not.toBe(run.buffer);
    expect(joined([], [4]).dims).toEqual([0, 4]);
  });

  it('tell what is no finite number', () => {
    expect(notFinite(Float32Array.of(1, 3.4e38, -0))).toEqual({ count: 0, first: undefined });
    expect(notFinite(Float32Array.of(1, Infinity, NaN, -Infinity))).toEqual({ count: 3, first: Infinity });
    expect(notFinite(Float32Array.of(NaN))).toEqual({ count: 1, first: NaN });
  });
});
