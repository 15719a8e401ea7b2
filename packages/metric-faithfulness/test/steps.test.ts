import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { areaUnder } from '../src/area.ts';
import { countsInShares, countsInSteps } from '../src/steps.ts';

describe('countsInSteps', () => {
  it("is the paper's 251 pixels a step on 224 x 224, 100 steps to exactly half", () => {
    const counts = countsInSteps(224 * 224, 0.5, 100);
    expect(counts).toHaveLength(101);
    expect(counts.slice(0, 3)).toEqual([0, 251, 502]);
    expect(counts.slice(-2)).toEqual([99 * 251, 25088]);
  });

  it('is 6 pixels a step on 32 x 32, and therefore 86 steps', () => {
    const counts = countsInSteps(1024, 0.5, 100);
    expect(counts).toHaveLength(87);
    expect(counts.slice(-2)).toEqual([510, 512]);
  });

  it("is RISE's 224 pixels a step on 224 x 224, all of them", () => {
    expect(countsInSteps(224 * 224, 1, 224)).toEqual(Array.from({ length: 225 }, (_, step) => 224 * step));
  });

  it('starts untouched, ascends by equal steps but the last, and ends at the share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 1, max: 400 }),
        (pixels, twentieths, steps) => {
          const counts = countsInSteps(pixels, twentieths / 20, steps);
          const total = Math.floor((pixels * twentieths) / 20);
          expect(counts[0]).toBe(0);
          expect(counts.at(-1)).toBe(total);
          expect(counts.length - 1).toBeLessThanOrEqual(steps);
          const sizes = counts.slice(1).map((count, at) => count - counts[at]!);
          for (const size of sizes.slice(0, -1)) expect(size).toBe(Math.ceil(total / steps));
          if (sizes.length > 0) expect(sizes.at(-1)).toBeGreaterThan(0);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('countsInShares', () => {
  it('is exact where the product is whole, and rounds down', () => {
    expect(countsInShares(100, 0.9, 9)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(countsInShares(1000, 0.3, 3)).toEqual([0, 100, 200, 300]);
    expect(countsInShares(55, 0.5, 2)).toEqual([0, 13, 27]);
  });
});

describe('areaUnder', () => {
  it('is the range of x for a curve stuck at 1', () => {
    const x = countsInSteps(224 * 224, 0.5, 100).map((count) => count / (224 * 224));
    expect(areaUnder({ x, y: x.map(() => 1) })).toBeCloseTo(0.5, 12);
  });

  it('is exact for straight lines over uneven steps', () => {
    expect(areaUnder({ x: [0, 0.1, 0.7, 1], y: [1, 0.9, 0.3, 0] })).toBeCloseTo(0.5, 12);
    expect(areaUnder({ x: [0], y: [1] })).toBe(0);
  });
});
