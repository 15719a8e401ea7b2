import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { structuralSimilarity } from '../src/index.ts';

function inUnit(length: number, seed: string): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => 1 / (1 + Math.exp(-random.normal())));
}

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
