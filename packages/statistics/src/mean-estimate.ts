import { meanInterval } from './mean-interval.ts';
import { wilson } from './wilson.ts';

/** A mean over items with its 95 % interval. */
export interface MeanEstimate {
  readonly n: number;
  /** Null for no items, as is the interval, which a single item and equal values have not either. */
  readonly estimate: number | null;
  readonly interval: readonly [low: number, high: number] | null;
}

/** Of more items than this Student's interval is as good as the bootstrap's, which would take long. */
const bootstrapUpTo = 500;

/**
 * The mean over items of what each of them has, with its 95 % interval.
 * Shares that are all 0 or 1 get Wilson's interval; everything else the BCa bootstrap over items, or Student's where there are many.
 */
export function meanEstimate(
  perItem: readonly number[],
  { share, seed }: { readonly share: boolean; readonly seed: number },
): MeanEstimate {
  const n = perItem.length;
  if (n === 0) return { n, estimate: null, interval: null };
  if (share && n > 1 && perItem.every((value) => value === 0 || value === 1)) {
    const found = wilson(perItem.filter((value) => value === 1).length, n);
    return { n, estimate: found.share ?? null, interval: found.interval ?? null };
  }
  const { mean, interval } = meanInterval(perItem, { seed, method: n > bootstrapUpTo ? 't' : 'bca' });
  const held =
    interval !== undefined && share ? ([Math.max(0, interval[0]), Math.min(1, interval[1])] as const) : interval;
  return { n, estimate: mean ?? null, interval: held ?? null };
}
