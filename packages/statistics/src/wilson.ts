import { normalQuantile } from './normal-distribution.ts';
import { checkLevel } from './sample.ts';

/** A share with the interval that says how sure it may be. */
export interface Proportion {
  readonly successes: number;
  readonly n: number;
  /** Undefined for no trials, as is the interval. */
  readonly share: number | undefined;
  readonly interval: readonly [low: number, high: number] | undefined;
  readonly level: number;
  readonly reason?: string;
}

/**
 * The share of successes with Wilson's score interval (Wilson 1927), which stays within 0..1 and works at either end.
 * Throws a RangeError for counts that are no whole numbers, for more successes than trials and for a level outside (0, 1).
 */
export function wilson(successes: number, n: number, { level = 0.95 }: { readonly level?: number } = {}): Proportion {
  if (![successes, n].every((count) => Number.isSafeInteger(count) && count >= 0) || successes > n) {
    throw new RangeError(`${successes} of ${n} is no count of successes`);
  }
  checkLevel(level);
  if (n === 0) {
    return { successes, n, share: undefined, interval: undefined, level, reason: 'there are no trials' };
  }
  const share = successes / n;
  const z = normalQuantile((1 + level) / 2);
  const centre = (successes + (z * z) / 2) / (n + z * z);
  const margin = (z / (n + z * z)) * Math.sqrt(n * share * (1 - share) + (z * z) / 4);
  // The ends are 0 and 1 on paper where nothing or everything succeeds.
  const low = successes === 0 ? 0 : Math.max(0, centre - margin);
  const high = successes === n ? 1 : Math.min(1, centre + margin);
  return { successes, n, share, interval: [low, high], level };
}
