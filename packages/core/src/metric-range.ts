import type { Metric } from './contracts/metric.ts';

/** The ends of a range as JSON has them: null where it is open. */
export type RangeEnds = readonly [low: number | null, high: number | null];

/** The range of a metric as a record keeps it. */
export function rangeEnds([low, high]: Metric['range']): RangeEnds {
  return [Number.isFinite(low) ? low : null, Number.isFinite(high) ? high : null];
}

/** `0 to 1`, `0 or more`, `any number`; `0 or 1` where each value is one of the two. */
export function rangeText({ range: [low, high], values }: { range: RangeEnds; values?: Metric['values'] }): string {
  if (values === 'binary') return `${low} or ${high}`;
  if (low === null) return high === null ? 'any number' : `${high} or less`;
  return high === null ? `${low} or more` : `${low} to ${high}`;
}

/** How numbers of a metric are read: `lower is better, 0 to 1`. */
export function readingText({ better, range, values }: Pick<Metric, 'better' | 'range' | 'values'>): string {
  const said = rangeText({ range: rangeEnds(range), values });
  return better === 'neither' ? said : `${better} is better, ${said}`;
}
