import { describe, expect, it } from '@jest/globals';
import type { AttackBudget } from '@understory/core';
import fc from 'fast-check';
import { isWithin, toEightBits, toUnitPixels } from '../src/index.ts';
import { picture } from './arbitraries.ts';

const linf = (epsilon: number): AttackBudget => ({ norm: 'linf', epsilon });

describe('toEightBits', () => {
  const changes = fc.double({ min: -1, max: 1, noNaN: true });

  it.each([
    ['linf', 'nearest'],
    ['l2', 'nearest'],
    ['l1', 'nearest'],
    ['linf', 'outward'],
    ['l2', 'outward'],
  ] as const)('stays within the budget in %s, rounding %s, and leaves what was not changed', (norm, rounding) => {
    fc.assert(
      fc.property(
        picture,
        fc.array(changes, { minLength: 7, maxLength: 7 }),
        fc.double({ min: 0.001, max: 0.2, noNaN: true }),
        (image, steps, epsilon) => {
          const original = toUnitPixels(image);
          const scale = norm === 'linf' ? epsilon : epsilon / original.length;
          const changed = original.map((value, at) => Math.min(1, Math.max(0, value + scale * steps[at % 7]!)));
          const kept = original.map((value, at) => (at % 3 === 0 ? value : changed[at]!));
          const saved = toUnitPixels(toEightBits(kept, original, { budget: { norm, epsilon }, size: image, rounding }));
          expect(isWithin({ norm, epsilon }, original, saved)).toBe(true);
          saved.forEach((value, at) => at % 3 === 0 && expect(value).toBe(original[at]!));
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('takes the nearest levels where they are within', () => {
    const original = Float32Array.of(10 / 255, 10 / 255, 10 / 255);
    const changed = Float32Array.of(12.6 / 255, 7.6 / 255, 10.2 / 255);
    const { data } = toEightBits(changed, original, { budget: linf(3 / 255), size: { width: 1, height: 1 } });
    expect([...data]).toEqual([13, 8, 10]);
    const tight = toEightBits(changed, original, { budget: linf(2.6 / 255), size: { width: 1, height: 1 } });
    expect([...tight.data]).toEqual([12, 8, 10]);
  });

  it('goes outward where it is asked to and the budget lets it', () => {
    const original = Float32Array.of(10 / 255, 10 / 255, 10 / 255);
    const changed = Float32Array.of(12.1 / 255, 7.9 / 255, 12.9 / 255);
    const options = { size: { width: 1, height: 1 }, rounding: 'outward' } as const;
    expect([...toEightBits(changed, original, { ...options, budget: linf(3 / 255) }).data]).toEqual([13, 7, 13]);
    expect([...toEightBits(changed, original, { ...options, budget: linf(2.9 / 255) }).data]).toEqual([12, 8, 12]);
  });
});
