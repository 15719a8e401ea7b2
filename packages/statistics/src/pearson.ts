import { exactMean } from './mean.ts';
import { exactSum } from './exact-sum.ts';
import { checkPairs, isConstant, largestSize, type Estimate } from './sample.ts';

/**
 * Pearson's correlation of pairs, in -1..1; undefined below two pairs and where one side is constant.
 * Throws a RangeError for lists of different lengths and for values that are not finite.
 */
export function pearson(first: readonly number[], second: readonly number[]): Estimate {
  checkPairs(first, second);
  const reason = noCorrelation(first, second);
  if (reason !== undefined) return { value: undefined, reason };
  const [left, right] = [directed(first), directed(second)];
  const product = exactSum(left.map((value, place) => value * right[place]!));
  return { value: Math.min(1, Math.max(-1, product)) };
}

/** Why there is no correlation, if so. */
function noCorrelation(first: readonly number[], second: readonly number[]): string | undefined {
  if (first.length < 2) return first.length === 0 ? 'there are no pairs' : 'there is one pair';
  if (isConstant(first)) return 'the first values are all equal';
  return isConstant(second) ? 'the second values are all equal' : undefined;
}

/** Centred and of length 1. */
function directed(values: readonly number[]): readonly number[] {
  const centre = exactMean(values);
  const deviations = values.map((value) => value - centre);
  const scale = largestSize(deviations);
  const scaled = deviations.map((deviation) => deviation / scale);
  const length = Math.sqrt(exactSum(scaled.map((value) => value * value)));
  return scaled.map((value) => value / length);
}
