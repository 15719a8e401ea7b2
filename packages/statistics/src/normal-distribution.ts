import cdf from '@stdlib/stats-base-dists-normal-cdf';
import quantile from '@stdlib/stats-base-dists-normal-quantile';

/** The probability that a standard normal variable is at most `x`. */
export function normalCdf(x: number): number {
  return cdf(x, 0, 1);
}

/** The value that a standard normal variable is at most with probability `p` in 0..1; -Infinity at 0, Infinity at 1. */
export function normalQuantile(p: number): number {
  return quantile(p, 0, 1);
}
