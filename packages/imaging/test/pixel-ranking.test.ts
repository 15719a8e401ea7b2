import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { rankPixels } from '../src/index.ts';

const mapOf = (height: number, width: number, data: ArrayLike<number>) => ({
  height,
  width,
  data: Float32Array.from(data),
});
const backwards = (length: number) => Uint32Array.from({ length }, (_, at) => length - 1 - at);

describe('rankPixels', () => {
  it('orders places by score, and equal ones as they were drawn', () => {
    const ranking = rankPixels(mapOf(1, 7, [1, 3, 1, 3, -0, 0, 2]), { height: 1, width: 7 }, 'bicubic');
    expect([...ranking.order('descending', backwards(7))]).toEqual([3, 1, 6, 2, 0, 5, 4]);
    expect([...ranking.order('ascending', backwards(7))]).toEqual([5, 4, 2, 0, 6, 3, 1]);
    expect([...ranking.order('descending', backwards(7).reverse())]).toEqual([1, 3, 6, 0, 2, 4, 5]);
    expect(ranking).toMatchObject({ isFlat: false, tied: 6 / 7, highest: 2 });
  });

  it('tells how many pixels share the score at which a count ends', () => {
    const ranking = rankPixels(mapOf(1, 7, [1, 3, 1, 3, -0, 0, 2]), { height: 1, width: 7 }, 'bicubic');
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((count) => ranking.tiedAt('descending', count))).toEqual([
      0, 2, 0, 0, 2, 0, 2, 0,
    ]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((count) => ranking.tiedAt('ascending', count))).toEqual([
      0, 2, 0, 2, 0, 0, 2, 0,
    ]);
  });

  it.each(['nearest', 'bilinear', 'bicubic'] as const)('keeps a flat map flat by %s, whatever its value', (by) => {
    for (const value of [0, 0.1, -1 / 3, 1e30, 1e-40]) {
      const { isFlat, tied } = rankPixels(mapOf(7, 5, Array(35).fill(value)), { height: 31, width: 18 }, by);
      expect([isFlat, tied]).toEqual([true, 1]);
    }
  });

  it('keeps the pixels of a plateau equal whatever is added to the map, and does not tie others', () => {
    const step = (low: number, high: number) =>
      mapOf(
        8,
        8,
        Array.from({ length: 64 }, (_, at) => (at < 40 ? low : high)),
      );
    // Three rows of the coarse map blend; behind them the two plateaus begin.
    const { tied } = rankPixels(step(0, 1), { height: 64, width: 1 }, 'bicubic');
    for (const [low, high] of [
      [0.1, 0.3],
      [-7, -1 / 3],
      [1000, 1001],
    ] as const) {
      expect(rankPixels(step(low, high), { height: 64, width: 1 }, 'bicubic').tied).toBe(tied);
    }
    const random = seededRandom(1);
    const spread = mapOf(
      40,
      40,
      Array.from({ length: 1600 }, () => random.normal() ** 9),
    );
    expect(rankPixels(spread, { height: 40, width: 40 }, 'bicubic').tied).toBe(0);
  });
});
