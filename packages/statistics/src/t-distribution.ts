import quantile from '@stdlib/stats-base-dists-t-quantile';

/** The value that Student's t with `freedom` degrees of freedom is at most with probability `p` in (0, 1). */
export function tQuantile(p: number, freedom: number): number {
  return quantile(p, freedom);
}
