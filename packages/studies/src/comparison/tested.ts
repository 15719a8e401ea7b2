import { mcNemarExact, pairedDifference } from '@understory/statistics';

type Interval = readonly [low: number, high: number];

/** A paired difference: second minus first, or same image minus different images. */
export interface Tested {
  readonly difference: number | null;
  /** 95 %, bootstrap over images. */
  readonly interval: Interval | null;
  /** McNemar's exact test where every value is 0 or 1, else a sign-flip test. */
  readonly pValue: number | null;
  /** After Holm's correction over every test of the run. */
  readonly correctedPValue: number | null;
}

/** The values of the two networks for one image. */
export interface Pair {
  readonly first: number;
  readonly second: number;
}

/** First minus second over pairs. */
export function tested(first: readonly number[], second: readonly number[], seed: number): Tested {
  const { mean, interval, pValue } = pairedDifference(first, second, { seed });
  const isBinary = [...first, ...second].every((value) => value === 0 || value === 1);
  const only = (one: readonly number[], other: readonly number[]) =>
    one.filter((value, at) => value === 1 && other[at] === 0).length;
  const exact =
    isBinary && first.length > 0 ? mcNemarExact(only(first, second), only(second, first)).pValue : undefined;
  return {
    difference: mean === undefined ? null : rounded(mean),
    interval: interval === undefined ? null : [rounded(interval[0]), rounded(interval[1])],
    pValue: exact ?? pValue ?? null,
    correctedPValue: null,
  };
}

/** What is nothing but the rounding of a sum is zero. */
function rounded(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : value;
}
