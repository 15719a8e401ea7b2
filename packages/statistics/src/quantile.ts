import { ascending, checkSample, type Estimate } from './sample.ts';

/**
 * The value below which a share of the sample lies, by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996,
 * the default of NumPy and R); undefined for no values. Throws a RangeError for a share outside 0..1 and for values that are not finite.
 */
export function quantile(values: readonly number[], share: number): Estimate {
  return quantiles(values, [share])[0]!;
}

/** Several quantiles of one sample, in the order of `shares`; as `quantile` otherwise. */
export function quantiles(values: readonly number[], shares: readonly number[]): readonly Estimate[] {
  checkSample(values);
  const outside = shares.find((share) => !(share >= 0 && share <= 1));
  if (outside !== undefined) throw new RangeError(`a share of ${outside} is not in 0..1`);
  if (values.length === 0) return shares.map(() => ({ value: undefined, reason: 'there are no values' }));
  const sorted = ascending(values);
  return shares.map((share) => ({ value: interpolated(sorted, share * (sorted.length - 1)) }));
}

/** The value at a position between places, ends held. */
export function interpolated(sorted: Float64Array, position: number): number {
  const last = sorted.length - 1;
  const held = Math.min(Math.max(position, 0), last);
  const low = sorted[Math.floor(held)]!;
  const high = sorted[Math.ceil(held)]!;
  // Adding 0 turns -0 into 0.
  return low + (held - Math.floor(held)) * (high - low) + 0;
}
