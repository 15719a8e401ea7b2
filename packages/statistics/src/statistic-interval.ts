import { seededRandom } from '@understory/core';
import { quantiles } from './quantile.ts';
import { checkCount, checkLevel } from './sample.ts';

export interface StatisticIntervalOptions {
  /** How often such intervals hold the true value, in (0, 1); 0.95 by default. */
  readonly level?: number;
  /** Bootstrap resamples; 1999 by default. */
  readonly resamples?: number;
  /** Of the resampling; 0 by default. */
  readonly seed?: number | string;
}

/**
 * The percentile interval of a statistic of items under the bootstrap (Efron 1979): items are drawn with replacement, as many as there are,
 * and the statistic is taken of the drawn ones. `statistic` is given how often each item was drawn; a draw of which it is undefined is left
 * out. Undefined for fewer than two items, and where fewer than half of the draws have a value.
 * Throws a RangeError for a level outside (0, 1), and for counts that are no whole numbers from 1.
 */
export function statisticInterval(
  items: number,
  statistic: (times: Uint32Array) => number | undefined,
  { level = 0.95, resamples = 1999, seed = 0 }: StatisticIntervalOptions = {},
): readonly [low: number, high: number] | undefined {
  checkLevel(level);
  checkCount('resamples', resamples);
  if (items < 2) return undefined;
  const random = seededRandom(seed).fork('statistic');
  const times = new Uint32Array(items);
  const values: number[] = [];
  for (let resample = 0; resample < resamples; resample += 1) {
    times.fill(0);
    for (let draw = 0; draw < items; draw += 1) times[random.integer(items)]! += 1;
    const value = statistic(times);
    if (value !== undefined) values.push(value);
  }
  if (2 * values.length < resamples) return undefined;
  const [low, high] = quantiles(values, [(1 - level) / 2, (1 + level) / 2]);
  return [low!.value!, high!.value!];
}
