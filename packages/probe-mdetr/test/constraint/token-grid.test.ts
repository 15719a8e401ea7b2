import { describe, expect, it } from '@jest/globals';
import { pixelsOf, tokensIn } from '../../src/constraint/token-grid.ts';

const places = (kept: Uint8Array) => [...kept.keys()].filter((at) => kept[at] === 1);

describe('tokens of a box', () => {
  const grid = { rows: 2, columns: 4 };
  const size = { height: 16, width: 32 };

  it('are those whose part of the picture it touches', () => {
    expect(places(tokensIn({ x: 4, y: 3, width: 17, height: 5 }, grid, size))).toEqual([0, 1, 2]);
    expect(places(tokensIn({ x: 8, y: 7.9, width: 8, height: 0.2 }, grid, size))).toEqual([1, 5]);
    expect(places(tokensIn({ x: -9, y: -9, width: 99, height: 99 }, grid, size))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('are one at least, the nearest where it lies beyond the edge', () => {
    expect(places(tokensIn({ x: 14, y: 9, width: 1, height: 1 }, grid, size))).toEqual([5]);
    expect(places(tokensIn({ x: 40, y: 30, width: 1, height: 1 }, grid, size))).toEqual([7]);
  });

  it('leave padding out', () => {
    const mask = Uint8Array.from({ length: 512 }, (_, at) => Number(at % 32 < 16));
    const kept = tokensIn({ x: 0, y: 0, width: 32, height: 8 }, grid, size, mask);
    expect(places(kept)).toEqual([0, 1]);
    expect(places(pixelsOf(kept, grid, size, mask))).toEqual(
      [...Array(128).keys()].map((at) => 32 * Math.floor(at / 16) + (at % 16)),
    );
  });

  it('begin at the pixel that nearest neighbours read, where sizes do not divide', () => {
    const kept = Uint8Array.of(0, 1, 0);
    expect(places(pixelsOf(kept, { rows: 1, columns: 3 }, { height: 1, width: 10 }))).toEqual([3, 4, 5]);
  });
});
