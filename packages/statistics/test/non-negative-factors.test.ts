import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { nonNegativeFactors } from '@understory/statistics';
import fc from 'fast-check';

describe('nonNegativeFactors', () => {
  it('finds the one pair of factors of an outer product', () => {
    const values = [3, 6, 0, 4, 8, 0];
    const { left, right, remainder } = nonNegativeFactors(values, 2, { rank: 1, uniform: () => 0.5 });
    [0.6, 0.8].forEach((value, at) => expect(left[0]![at]).toBeCloseTo(value, 8));
    [5, 10, 0].forEach((value, at) => expect(right[0]![at]).toBeCloseTo(value, 8));
    expect(remainder).toBeCloseTo(0, 10);
  });

  it('has no slope of the error but where a factor is held at 0, and says what is left over', () => {
    fc.assert(
      fc.property(
        fc.record({
          rows: fc.integer({ min: 1, max: 5 }),
          columns: fc.integer({ min: 1, max: 6 }),
          rank: fc.integer({ min: 1, max: 3 }),
          seed: fc.integer({ min: 0, max: 999 }),
        }),
        ({ rows, columns, rank, seed }) => {
          const random = seededRandom(seed);
          const values = Array.from({ length: rows * columns }, () => Math.max(0, random.normal()));
          const { left, right, remainder } = nonNegativeFactors(values, rows, {
            ...{ rank, uniform: () => random.uniform(), iterations: 20_000 },
          });
          const missed = values.map((value, at) => {
            const [row, column] = [Math.floor(at / columns), at % columns];
            return left.reduce((sum, factor, k) => sum + factor[row]! * right[k]![column]!, -value);
          });
          const square = values.reduce((sum, value) => sum + value * value, 0);
          const error = missed.reduce((sum, value) => sum + value * value, 0);
          expect(Math.abs(remainder - (square > 0 ? error / square : 0))).toBeLessThan(1e-9);
          expect(left.length).toBe(Math.min(rank, rows, columns));
          for (const factor of [...left, ...right]) for (const value of factor) expect(value).toBeGreaterThanOrEqual(0);
          right.forEach((factor, k) =>
            factor.forEach((value, column) => {
              const slope = left[k]!.reduce((sum, each, row) => sum + each * missed[row * columns + column]!, 0);
              if (value > 1e-6) expect(Math.abs(slope)).toBeLessThan(2e-3);
              else expect(slope).toBeGreaterThan(-2e-3);
            }),
          );
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });
});
