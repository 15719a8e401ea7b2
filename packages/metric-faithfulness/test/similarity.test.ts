import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rankCorrelation, structuralSimilarity } from '../src/similarity.ts';
import { randomNumbers } from './support/networks.ts';

const inUnit = (length: number, seed: string) => randomNumbers(length, seed).map((value) => 1 / (1 + Math.exp(-value)));

/** Every window on its own, moments about their means. */
function plainSimilarity(left: Float32Array, right: Float32Array, height: number, width: number): number {
  const found: number[] = [];
  for (let y = 5; y < height - 5; y += 1) {
    for (let x = 5; x < width - 5; x += 1) {
      const window: { weight: number; a: number; b: number }[] = [];
      for (let dy = -5; dy <= 5; dy += 1) {
        for (let dx = -5; dx <= 5; dx += 1) {
          const at = (y + dy) * width + x + dx;
          window.push({ weight: Math.exp(-(dx * dx + dy * dy) / 4.5), a: left[at]!, b: right[at]! });
        }
      }
      const total = window.reduce((sum, { weight }) => sum + weight, 0);
      const mean = (of: (each: { a: number; b: number }) => number) =>
        window.reduce((sum, each) => sum + each.weight * of(each), 0) / total;
      const [meanA, meanB] = [mean(({ a }) => a), mean(({ b }) => b)];
      const [varianceA, varianceB] = [mean(({ a }) => (a - meanA) ** 2), mean(({ b }) => (b - meanB) ** 2)];
      const covariance = mean(({ a, b }) => (a - meanA) * (b - meanB));
      const luminance = (2 * meanA * meanB + 1e-4) / (meanA ** 2 + meanB ** 2 + 1e-4);
      found.push((luminance * (2 * covariance + 9e-4)) / (varianceA + varianceB + 9e-4));
    }
  }
  return found.reduce((sum, value) => sum + value, 0) / found.length;
}

describe('structuralSimilarity', () => {
  it('is the mean over windows of the definition', () => {
    const [left, right] = [inUnit(14 * 17, 'left'), inUnit(14 * 17, 'right')];
    expect(structuralSimilarity(left, right, 14, 17)).toBeCloseTo(plainSimilarity(left, right, 14, 17), 10);
    const mixed = left.map((value, at) => 0.7 * value + 0.3 * right[at]!);
    expect(structuralSimilarity(left, mixed, 14, 17)).toBeCloseTo(plainSimilarity(left, mixed, 14, 17), 10);
  });

  it('is 1 for equal pictures, symmetric, and small for a picture and its negative', () => {
    const left = inUnit(256, 'left');
    const negative = left.map((value) => 1 - value);
    expect(structuralSimilarity(left, left, 16, 16)).toBeCloseTo(1, 9);
    expect(structuralSimilarity(left, negative, 16, 16)).toBeCloseTo(structuralSimilarity(negative, left, 16, 16), 12);
    expect(structuralSimilarity(left, negative, 16, 16)).toBeLessThan(0);
  });

  it('works on pictures smaller than its window', () => {
    const small = inUnit(12, 'small');
    expect(structuralSimilarity(small, small, 3, 4)).toBeCloseTo(1, 9);
    expect(structuralSimilarity(small, inUnit(12, 'other'), 3, 4)).toBeLessThan(0.9);
  });
});

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
