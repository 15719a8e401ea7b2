import { meanInterval, type IntervalOptions, type MeanInterval } from './mean-interval.ts';
import { quantiles } from './quantile.ts';

export interface Grouping<Row> {
  /** The name of the group that a row belongs to, such as its explainer. */
  readonly group: (row: Row) => string;
  /** Undefined where the row has no value; such rows are counted and left out. */
  readonly value: (row: Row) => number | undefined;
}

export interface GroupSummary extends MeanInterval {
  readonly group: string;
  /** Rows without a value. */
  readonly missing: number;
  /** The three quartiles, undefined for no values. */
  readonly quartiles: readonly [number, number, number] | undefined;
}

/**
 * Mean, interval and quartiles of each group, groups in the order in which they first appear.
 * A group's interval depends on its own values only. Throws as `meanInterval`.
 */
export function summariseByGroup<Row>(
  rows: Iterable<Row>,
  { group, value, ...options }: Grouping<Row> & IntervalOptions,
): readonly GroupSummary[] {
  const groups = new Map<string, { values: number[]; missing: number }>();
  for (const row of rows) {
    const name = group(row);
    const found = groups.get(name) ?? { values: [], missing: 0 };
    groups.set(name, found);
    const number = value(row);
    if (number === undefined) found.missing += 1;
    else found.values.push(number);
  }
  return [...groups].map(([name, { values, missing }]) => {
    const [low, middle, high] = quantiles(values, [0.25, 0.5, 0.75]).map((quartile) => quartile.value);
    const quartiles: GroupSummary['quartiles'] =
      low === undefined || middle === undefined || high === undefined ? undefined : [low, middle, high];
    return { group: name, missing, ...meanInterval(values, options), quartiles };
  });
}
