import { meanInterval, wilson } from '@understory/statistics';

export interface Estimated {
  readonly n: number;
  readonly estimate: number | null;
  readonly interval: readonly [low: number, high: number] | null;
}

/** Of more images than this Student's interval is as good as the bootstrap's, which would take long. */
const bootstrapUpTo = 500;

/**
 * The mean over images of what each image has, a number between images and not between permutations, with its 95 % interval.
 * Shares that are all 0 or 1 get Wilson's interval; everything else the BCa bootstrap over images, or Student's where there are many.
 */
export function estimate(perImage: readonly number[], { share, seed }: { share: boolean; seed: number }): Estimated {
  const n = perImage.length;
  if (n === 0) return { n, estimate: null, interval: null };
  if (share && n > 1 && perImage.every((value) => value === 0 || value === 1)) {
    const found = wilson(perImage.filter((value) => value === 1).length, n);
    return { n, estimate: found.share ?? null, interval: found.interval ?? null };
  }
  const { mean, interval } = meanInterval(perImage, { seed, method: n > bootstrapUpTo ? 't' : 'bca' });
  const held =
    interval !== undefined && share ? ([Math.max(0, interval[0]), Math.min(1, interval[1])] as const) : interval;
  return { n, estimate: mean ?? null, interval: held ?? null };
}
