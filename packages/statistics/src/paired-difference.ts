import { meanInterval, type IntervalOptions, type MeanInterval } from './mean-interval.ts';
import { checkPairs } from './sample.ts';
import { signFlipTest, type SignFlipOptions, type SignFlipTest } from './sign-flip-test.ts';

/** How much one measurement lies above another on the same items; `mean`, `deviation` and `interval` are of the differences. */
export interface PairedDifference extends MeanInterval {
  readonly pValue: number | undefined;
  readonly test: SignFlipTest['kind'];
  /** Cohen's dz: the mean of the differences in units of their standard deviation; undefined where that is zero or unknown. */
  readonly effectSize: number | undefined;
}

/**
 * The mean of first minus second over pairs, with an interval, a sign-flip test of no difference, and the effect size.
 * Throws a RangeError for lists of different lengths, for values that are not finite and for the options that are out of range.
 */
export function pairedDifference(
  first: readonly number[],
  second: readonly number[],
  options: IntervalOptions & SignFlipOptions = {},
): PairedDifference {
  checkPairs(first, second);
  const differences = first.map((value, place) => value - second[place]!);
  const interval = meanInterval(differences, options);
  const { pValue, kind } = signFlipTest(differences, options);
  const { mean, deviation } = interval;
  const effectSize = mean === undefined || deviation === undefined || deviation === 0 ? undefined : mean / deviation;
  return { ...interval, pValue, test: kind, effectSize };
}
