/** A number, or the reason why there is none; it is never NaN. */
export interface Estimate {
  readonly value: number | undefined;
  readonly reason?: string;
}

/** Numbers beyond this would overflow when squared. */
const largest = 1e150;

/** Refuses what is no sample: throws a RangeError for a value that is not finite or beyond 1e150 in size, naming its place. */
export function checkSample(values: readonly number[]): void {
  const place = values.findIndex((value) => !(Math.abs(value) <= largest));
  if (place !== -1) throw new RangeError(`value ${place} is ${values[place]}, which is no finite number up to 1e150`);
}

/** Refuses pairs that are none: throws a RangeError where the lists differ in length or hold what `checkSample` refuses. */
export function checkPairs(first: readonly number[], second: readonly number[]): void {
  if (first.length !== second.length) {
    throw new RangeError(`${first.length} values cannot be paired with ${second.length}`);
  }
  checkSample(first);
  checkSample(second);
}

/** Throws a RangeError for a level that is not between 0 and 1. */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) throw new RangeError(`a level of ${level} is not between 0 and 1`);
}

/** Throws a RangeError for what is no whole number from 1. */
export function checkCount(name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${name} is ${count}, not a whole number from 1`);
}

export function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

/** The values in ascending order, so that what is computed from them cannot depend on the order in which they came. */
export function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

/** The largest size among the values; 0 for none. */
export function largestSize(values: readonly number[]): number {
  return values.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
}
