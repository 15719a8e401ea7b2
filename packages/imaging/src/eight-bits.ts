import type { AttackBudget } from '@understory/core';
import { isWithin } from './perturbation-checks.ts';
import type { RgbImage, Size } from './rgb-image.ts';
import { fromUnitPixels, toUnitPixels } from './unit-pixels.ts';

/**
 * A changed picture `[3, height, width]` in 0..1 with 8 bits a channel, kept within the budget around the original where levels allow.
 * Each value goes to its nearest level; in L-infinity one that would leave the budget goes to the next level towards the original,
 * in other norms all do where their sum would leave it.
 */
export function toEightBits(
  changed: Float32Array,
  original: Float32Array,
  { budget, size }: { readonly budget: AttackBudget; readonly size: Size },
): RgbImage {
  const nearest = fromUnitPixels(changed, size);
  if (isWithin(budget, original, toUnitPixels(nearest))) return nearest;
  const inward = changed.map((value, place) => {
    const before = original[place]!;
    const rounded = Math.round(255 * value) / 255;
    if (budget.norm === 'linf' && Math.abs(rounded - before) <= budget.epsilon + slack / 255) return rounded;
    // Past what rounding may have added, so that a value on a level stays there.
    return (value > before ? Math.floor(255 * value + slack) : Math.ceil(255 * value - slack)) / 255;
  });
  return fromUnitPixels(inward, size);
}

/** In levels: what float32 rounds of a value on a level. */
const slack = 5e-5;
