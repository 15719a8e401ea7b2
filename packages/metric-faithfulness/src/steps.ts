import type { OptionSchema } from '@understory/core';

/** Into how many groups of equal size all pixels go. */
export const stepsOption = (steps: number) =>
  ({
    steps: {
      type: 'integer',
      default: steps,
      range: [2, 1_000_000],
      description: 'Into how many groups the pixels go by importance; all are of the same size, rounded up.',
    },
  }) as const satisfies OptionSchema;

/**
 * How many pixels are changed at each point of a curve: 0, then ceil(total / steps) more a step until `fraction` of them is reached.
 * The last step takes what is left; where pixels are few there are fewer steps than asked for.
 */
export function countsInSteps(pixels: number, fraction: number, steps: number): readonly number[] {
  const total = shareOf(pixels, fraction);
  const size = Math.ceil(total / steps);
  return size === 0
    ? [0]
    : Array.from({ length: Math.ceil(total / size) + 1 }, (_, step) => Math.min(step * size, total));
}

/** How many pixels are changed at each point: 0, then exactly the whole number below `fraction * step / steps` of them. */
export function countsInShares(pixels: number, fraction: number, steps: number): readonly number[] {
  return Array.from({ length: steps + 1 }, (_, step) => shareOf(pixels, (fraction * step) / steps));
}

/** Rounds down, but not where only rounding of the product is missing to a whole number. */
function shareOf(pixels: number, fraction: number): number {
  return Math.floor(pixels * fraction + 1e-6);
}

/** The places of an order in steps of equal size, the last of which has what is left. */
export function placesInSteps(order: Uint32Array, steps: number): readonly Uint32Array[] {
  const counts = countsInSteps(order.length, 1, steps);
  return counts.slice(1).map((count, at) => order.subarray(counts[at]!, count));
}
