import { exactSum } from './exact-sum.ts';
import { checkSample, type Estimate } from './sample.ts';

/** The arithmetic mean, the same in any order of the values; undefined for no values. Throws a RangeError for values that are not finite. */
export function mean(values: readonly number[]): Estimate {
  checkSample(values);
  if (values.length === 0) return { value: undefined, reason: 'there are no values' };
  return { value: exactMean(values) };
}

/** The mean of at least one checked value, never outside the values' range. */
export function exactMean(values: ArrayLike<number> & Iterable<number>): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const rounded = exactSum(values) / values.length;
  // Adding 0 turns a mean of -0 into 0.
  return Math.min(Math.max(rounded, low), high) + 0;
}
