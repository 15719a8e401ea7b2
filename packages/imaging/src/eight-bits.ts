import type { AttackBudget } from '@understory/core';
import { isWithin } from './perturbation-checks.ts';
import type { RgbImage, Size } from './rgb-image.ts';
import { fromUnitPixels, toUnitPixels } from './unit-pixels.ts';

/** To which of the two levels around a value it goes: the nearer one, or the one further from the original. */
export type LevelRounding = 'nearest' | 'outward';

/**
 * A changed picture `[channels, height, width]` in 0..1 with 8 bits a channel, kept within the budget around the original where levels allow.
 * In L-infinity a value that would leave the budget goes to the next level towards the original, in other norms all do where
 * together they would leave it. What was not changed stays as it was.
 */
export function toEightBits(
  changed: Float32Array,
  original: Float32Array,
  {
    budget,
    size,
    rounding = 'nearest',
  }: { readonly budget: AttackBudget; readonly size: Size; readonly rounding?: LevelRounding },
): RgbImage {
  const { norm, epsilon } = budget;
  const wanted = changed.map((value, place) => levels[rounding](value, original[place]!));
  const picture = fromUnitPixels(wanted, size);
  const channels = original.length / (size.width * size.height);
  if (isWithin(budget, original, toUnitPixels(picture, channels))) return picture;
  const inward = changed.map((value, place) => {
    const [before, rounded] = [original[place]!, wanted[place]!];
    const fits = norm === 'linf' && Math.abs(rounded - before) <= epsilon + slack / 255;
    return fits ? rounded : levels.inward(value, before);
  });
  return fromUnitPixels(inward, size);
}

/** In levels: what float32 rounds of a value on a level, which stays there. */
const slack = 5e-5;

const below = (value: number) => Math.floor(255 * value + slack) / 255;
const above = (value: number) => Math.ceil(255 * value - slack) / 255;

/** The level of a value, given what it was before. */
const levels = {
  nearest: (value: number) => Math.round(255 * value) / 255,
  outward: (value: number, before: number) => (value > before ? above(value) : value < before ? below(value) : value),
  inward: (value: number, before: number) => (value > before ? below(value) : above(value)),
} as const;
