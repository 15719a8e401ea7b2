import type { AttackBudget } from '@understory/core';
import { distanceIn } from './perturbation-distances.ts';

/** The rules that a perturbation has to keep, each true where it is kept. */
export interface PerturbationChecks {
  readonly withinEpsilon: boolean;
  readonly withinPixels: boolean;
  readonly zeroOutsideMask: boolean;
}

/** What rounding to float32 may add to a value in 0..1, and to a norm as a share of it. */
const rounding = { value: 2 ** -22, share: 1e-5 };

/**
 * Whether a changed picture `[3, height, width]` lies within the budget and within 0..1, and is the original wherever the mask
 * `[height, width]` is zero; without a mask all may change. What float32 rounds is let pass.
 */
export function perturbationChecks(
  original: Float32Array,
  changed: Float32Array,
  { budget, mask }: { readonly budget: AttackBudget; readonly mask?: Float32Array | undefined },
): PerturbationChecks {
  return {
    withinEpsilon: isWithin(budget, original, changed),
    withinPixels: changed.every((value) => value >= 0 && value <= 1),
    zeroOutsideMask:
      mask === undefined ||
      changed.every((value, place) => mask[place % mask.length] !== 0 || value === original[place]),
  };
}

/** Whether a changed picture lies within a budget, but for what float32 rounds. */
export function isWithin(budget: AttackBudget, original: Float32Array, changed: Float32Array): boolean {
  const { norm, epsilon } = budget;
  return distanceIn(norm, original, changed) <= epsilon * (1 + rounding.share) + rounding.value;
}
