import { standardDeviation } from '@understory/statistics';

/** How a number varies over images as they are. */
export interface Spread {
  /** Standard deviation, above 0. */
  readonly deviation: number;
  /** By how much two different images differ on average, in deviations. */
  readonly between: number;
}

/** Undefined for fewer than two images, and where all have the same number. */
export function spreadOf(numbers: readonly number[]): Spread | undefined {
  if (numbers.length < 2 || !numbers.every(Number.isFinite)) return undefined;
  const deviation = standardDeviation(numbers).value ?? 0;
  if (deviation === 0) return undefined;
  // Each gap of the sorted numbers lies between as many pairs as there are numbers below it times those above.
  const sorted = numbers.toSorted((one, other) => one - other);
  const { length } = sorted;
  const total = sorted.reduce((sum, value, at) => sum + value * (2 * at - length + 1), 0);
  return { deviation, between: (2 * total) / (length * (length - 1)) / deviation };
}
