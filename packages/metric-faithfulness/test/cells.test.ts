import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellsOf } from '../src/cells.ts';

const lists = (cells: readonly Uint32Array[]) => cells.map((cell) => [...cell]);

describe('cellsOf', () => {
  it('goes row by row through squares', () => {
    expect(lists(cellsOf({ height: 2, width: 4 }, 2))).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ]);
    expect(lists(cellsOf({ height: 1, width: 3 }, 1))).toEqual([[0], [1], [2]]);
  });

  it('cuts the squares at both edges where they do not fit, the first by no more than the last', () => {
    expect(lists(cellsOf({ height: 1, width: 6 }, 4))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(lists(cellsOf({ height: 1, width: 5 }, 4))).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(lists(cellsOf({ height: 2, width: 2 }, 9))).toEqual([[0, 1, 2, 3]]);
  });

  it('has each pixel once', () => {
    const side = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(side, side, side, (height, width, patch) => {
        const places = lists(cellsOf({ height, width }, patch)).flat();
        expect(places.sort((a, b) => a - b)).toEqual([...Array(height * width).keys()]);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
