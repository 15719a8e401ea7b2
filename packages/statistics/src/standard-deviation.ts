import { exactMean } from './mean.ts';
import { exactSum } from './exact-sum.ts';
import { checkSample, isConstant, largestSize, type Estimate } from './sample.ts';

/** The standard deviation of a sample (divisor n - 1); undefined below two values. Throws a RangeError for values that are not finite. */
export function standardDeviation(values: readonly number[]): Estimate {
  checkSample(values);
  if (values.length < 2) return { value: undefined, reason: tooFew(values.length) };
  return { value: deviationOf(values) };
}

/** The standard deviation of at least two checked values; exactly 0 for a constant sample. */
export function deviationOf(values: readonly number[]): number {
  if (isConstant(values)) return 0;
  const centre = exactMean(values);
  const deviations = values.map((value) => value - centre);
  // Scaled, because the squares of tiny deviations would vanish.
  const scale = largestSize(deviations);
  return scale * Math.sqrt(exactSum(deviations.map((deviation) => (deviation / scale) ** 2)) / (values.length - 1));
}

/** Why nothing can be said about the spread of fewer than two values. */
export function tooFew(count: number): string {
  return count === 0 ? 'there are no values' : 'one value has no spread';
}
