import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rankCorrelation } from '../src/rank-correlation.ts';

describe('rankCorrelation', () => {
  it('is known for a textbook case with ties', () => {
    // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4.
    expect(rankCorrelation(Float32Array.of(1, 5, 5, 9), Float32Array.of(0, 2, 1, 3))).toBeCloseTo(
      4.5 / Math.sqrt(4.5 * 5),
      12,
    );
  });

  it('is 1 - 6 sum d^2 / n (n^2 - 1) without ties, and minds only the order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }), (ranks) => {
        const squares = ranks.reduce((sum, rank, at) => sum + (rank - at) ** 2, 0);
        const expected = 1 - (6 * squares) / (12 * (144 - 1));
        const left = Float32Array.from(ranks, (_, at) => Math.exp(at / 3));
        const right = Float32Array.from(ranks, (rank) => rank ** 3 - 5);
        expect(rankCorrelation(left, right)).toBeCloseTo(expected, 12);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('is undefined where all are equal', () => {
    expect(rankCorrelation(Float32Array.of(2, 2, 2), Float32Array.of(1, 2, 3))).toBeUndefined();
  });
});
