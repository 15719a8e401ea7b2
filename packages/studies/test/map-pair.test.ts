import { describe, expect, it } from '@jest/globals';
import { alike, mapPair } from '../src/comparison/map-pair.ts';

const map = (height: number, width: number, value: (at: number) => number) => ({
  ...{ height, width },
  data: Float32Array.from({ length: height * width }, (_, at) => value(at)),
});

describe('mapPair', () => {
  it('keeps maps of one size as they are', () => {
    const pair = mapPair(
      'cam',
      map(2, 3, (at) => at),
      map(2, 3, (at) => 5 - at),
    );
    expect(pair).toEqual({
      explainer: 'cam',
      height: 2,
      width: 3,
      first: [0, 1, 2, 3, 4, 5],
      second: [5, 4, 3, 2, 1, 0],
    });
  });

  it('puts a coarse map on the grid of the finer one, each of its cells as it stands', () => {
    const { height, width, first } = mapPair(
      'cam',
      map(1, 2, (at) => at),
      map(2, 4, (at) => at),
    );
    expect([height, width, first]).toEqual([2, 4, [0, 0, 1, 1, 0, 0, 1, 1]]);
  });

  it('takes means over areas where a map is finer than the grid', () => {
    const { height, width, first } = mapPair(
      'saliency',
      map(32, 48, (at) => at % 48),
      map(1, 1, () => 1),
    );
    expect([height, width]).toEqual([16, 16]);
    // Three columns a cell: 0, 1, 2 have the mean 1, and the last three 46.
    expect([first[0], first[15]]).toEqual([1, 46]);
  });
});

describe('alike', () => {
  const rising = Array.from({ length: 20 }, (_, at) => at);

  it('is 1 for maps of one order, and -1 for the opposite, which share none of their highest tenth', () => {
    expect(
      alike(
        rising,
        rising.map((value) => value ** 3),
      ),
    ).toEqual({ correlation: 1, overlap: 1 });
    expect(
      alike(
        rising,
        rising.map((value) => -value),
      ),
    ).toEqual({ correlation: -1, overlap: 0 });
  });

  it('counts how much of the highest tenth is shared', () => {
    const other = rising.map((value) => (value === 18 ? 0 : value));
    // Of the cells 18 and 19 the other has 17 and 19.
    expect(alike(rising, other).overlap).toBe(0.5);
  });

  it('has no value for a map that is the same everywhere', () => {
    expect(
      alike(
        rising,
        rising.map(() => 1),
      ),
    ).toEqual({ correlation: undefined, overlap: undefined });
  });
});
