import { seededRandom } from '@understory/core';
import { exactMean } from './mean.ts';
import { ascending, checkCount, checkSample, largestSize } from './sample.ts';

export interface SignFlipOptions {
  /** Sign patterns drawn where there are too many to look at each; 9999 by default. */
  readonly permutations?: number;
  /** Up to how many differences that are not zero every sign pattern counts, at most 40; 32 by default. */
  readonly exactUpTo?: number;
  /** Of the drawing; 0 by default. */
  readonly seed?: number | string;
}

export interface SignFlipTest {
  /** Two-sided; undefined for no differences. */
  readonly pValue: number | undefined;
  /** Whether every sign pattern was counted or a number of them drawn. */
  readonly kind: 'exact' | 'monteCarlo';
  readonly reason?: string;
}

/**
 * The permutation test of paired differences: how often would random signs move their mean at least as far from zero?
 * Exact where there are few differences. Otherwise the observed pattern counts as one of those drawn, so that no p is zero
 * (Phipson and Smyth 2010). Differences of zero change nothing. Throws a RangeError for differences that are not finite.
 */
export function signFlipTest(differences: readonly number[], options: SignFlipOptions = {}): SignFlipTest {
  const { permutations = 9999, exactUpTo = 32, seed = 0 } = options;
  checkSample(differences);
  checkCount('permutations', permutations);
  if (!(exactUpTo >= 0 && exactUpTo <= 40)) throw new RangeError(`exactUpTo is ${exactUpTo}, not a number in 0..40`);
  if (differences.length === 0) return { pValue: undefined, kind: 'exact', reason: 'there are no differences' };
  const largest = largestSize(differences);
  if (largest === 0) return { pValue: 1, kind: 'exact' };
  const scaled = differences.filter((difference) => difference !== 0).map((difference) => difference / largest);
  const magnitudes = ascending(scaled.map(Math.abs));
  const observed = Math.abs(exactMean(scaled) * scaled.length);
  // Sums that are equal on paper differ by rounding, and count as equal.
  const threshold = observed - 1e-12 * exactMean(magnitudes) * magnitudes.length;
  return magnitudes.length <= exactUpTo
    ? { pValue: exactShare(magnitudes, threshold), kind: 'exact' }
    : { pValue: drawnShare(magnitudes, { threshold, permutations, seed }), kind: 'monteCarlo' };
}

/** The share of all sign patterns whose sum is at least `threshold` in size, by pairing the sums of two halves. */
function exactShare(magnitudes: Float64Array, threshold: number): number {
  if (threshold <= 0) return 1;
  const middle = magnitudes.length >> 1;
  const left = signedSums(magnitudes.subarray(0, middle));
  const right = signedSums(magnitudes.subarray(middle));
  // Signs are symmetric, so the sums at or above the threshold are half of those that count.
  let count = 0;
  let place = right.length;
  for (const sum of left) {
    while (place > 0 && sum + right[place - 1]! >= threshold) place -= 1;
    count += right.length - place;
  }
  return (2 * count) / 2 ** magnitudes.length;
}

/** The sums under every pattern of signs, ascending. */
function signedSums(magnitudes: Float64Array): Float64Array {
  let sums = Float64Array.of(0);
  for (const magnitude of magnitudes) {
    const next = new Float64Array(2 * sums.length);
    next.set(sums.map((sum) => sum - magnitude));
    next.set(
      sums.map((sum) => sum + magnitude),
      sums.length,
    );
    sums = next;
  }
  return sums.sort();
}

function drawnShare(
  magnitudes: Float64Array,
  { threshold, permutations, seed }: { threshold: number; permutations: number; seed: number | string },
): number {
  const random = seededRandom(seed).fork('sign flips');
  let count = 1;
  for (let draw = 0; draw < permutations; draw += 1) {
    let sum = 0;
    let signs = 0;
    for (let place = 0; place < magnitudes.length; place += 1) {
      if (place % 32 === 0) signs = random.integer(2 ** 32);
      sum += signs & 1 ? magnitudes[place]! : -magnitudes[place]!;
      signs >>>= 1;
    }
    if (Math.abs(sum) >= threshold) count += 1;
  }
  return count / (permutations + 1);
}
