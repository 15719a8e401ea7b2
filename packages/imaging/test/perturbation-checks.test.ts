import { describe, expect, it } from '@jest/globals';
import type { AttackBudget } from '@understory/core';
import { perturbationChecks } from '../src/index.ts';

const linf = (epsilon: number): AttackBudget => ({ norm: 'linf', epsilon });

describe('perturbationChecks', () => {
  const original = new Float32Array(6).fill(0.5);
  const changed = original.slice();
  changed[3] = 0.75;

  it('lets pass what is within, to the rounding of float32', () => {
    const all = { withinEpsilon: true, withinPixels: true, zeroOutsideMask: true };
    expect(perturbationChecks(original, changed, { budget: linf(0.25) })).toEqual(all);
    const third = original.map((value) => value + 1 / 3);
    expect(perturbationChecks(original, third, { budget: linf(1 / 3) })).toEqual(all);
  });

  it.each([
    [{ budget: linf(0.24) }, { withinEpsilon: false }],
    [{ budget: { norm: 'l2', epsilon: 0.2 } as const }, { withinEpsilon: false }],
    [
      { budget: linf(0.25), mask: Float32Array.of(1, 0) },
      { withinEpsilon: true, zeroOutsideMask: false },
    ],
    [{ budget: linf(0.25), mask: Float32Array.of(0, 0.5) }, { zeroOutsideMask: true }],
  ])('of %j finds %j', (rules, expected) => {
    expect(perturbationChecks(original, changed, rules)).toMatchObject(expected);
  });

  it('finds values that are no pixels', () => {
    for (const value of [-0.01, 1.01, NaN]) {
      const broken = original.with(0, value);
      expect(perturbationChecks(original, broken, { budget: linf(1) }).withinPixels).toBe(false);
    }
  });
});
