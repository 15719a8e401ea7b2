import { bootstrapInterval } from './bootstrap.ts';
import { exactMean } from './mean.ts';
import { ascending, checkCount, checkLevel, checkSample } from './sample.ts';
import { deviationOf, tooFew } from './standard-deviation.ts';
import { tQuantile } from './t-distribution.ts';

export type IntervalMethod = 'bca' | 'percentile' | 't';

export interface IntervalOptions {
  /** How the interval is found: `bca` (the default) and `percentile` resample, `t` is Student's. */
  readonly method?: IntervalMethod;
  /** How often such intervals hold the true mean, in (0, 1); 0.95 by default. */
  readonly level?: number;
  /** Bootstrap resamples; 4999 by default. */
  readonly resamples?: number;
  /** Of the resampling; 0 by default. */
  readonly seed?: number | string;
}

/** A mean with the interval that says how sure it may be. */
export interface MeanInterval {
  readonly n: number;
  /** Undefined for no values. */
  readonly mean: number | undefined;
  /** Standard deviation of the sample, divisor n - 1; undefined below two values. */
  readonly deviation: number | undefined;
  /** Undefined below two values and for a constant sample, which says nothing about its spread. */
  readonly interval: readonly [low: number, high: number] | undefined;
  readonly level: number;
  readonly method: IntervalMethod;
  /** Why something is undefined. */
  readonly reason?: string;
}

/**
 * The mean of a sample with a confidence interval, the same in any order of the values.
 * Throws a RangeError for values that are not finite, for a level outside (0, 1) and for a count of resamples below 1.
 */
export function meanInterval(values: readonly number[], options: IntervalOptions = {}): MeanInterval {
  const { method = 'bca', level = 0.95, resamples = 4999, seed = 0 } = options;
  checkSample(values);
  checkLevel(level);
  checkCount('resamples', resamples);
  const n = values.length;
  const asked = { level, method };
  if (n === 0) return { n, mean: undefined, deviation: undefined, interval: undefined, ...asked, reason: tooFew(n) };
  const mean = exactMean(values);
  if (n === 1) return { n, mean, deviation: undefined, interval: undefined, ...asked, reason: tooFew(n) };
  const deviation = deviationOf(values);
  if (deviation === 0) {
    return { n, mean, deviation, interval: undefined, ...asked, reason: 'all values are equal' };
  }
  if (method === 't') {
    const margin = (-tQuantile((1 - level) / 2, n - 1) * deviation) / Math.sqrt(n);
    return { n, mean, deviation, interval: [mean - margin, mean + margin], ...asked };
  }
  // In units of the deviation, so that tiny values do not vanish when they are squared and cubed.
  const scaled = ascending(values).map((value) => (value - mean) / deviation);
  const [low, high] = bootstrapInterval(scaled, { method, level, resamples, seed });
  return { n, mean, deviation, interval: [mean + low * deviation, mean + high * deviation], ...asked };
}
