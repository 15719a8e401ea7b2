import { holm } from './holm.ts';
import type { IntervalOptions } from './mean-interval.ts';
import { pairedDifference, type PairedDifference } from './paired-difference.ts';
import type { SignFlipOptions } from './sign-flip-test.ts';
import type { Grouping } from './summarise-by-group.ts';

export interface Pairing<Row> extends Grouping<Row> {
  /** What rows of two groups are paired by, such as the image's id. */
  readonly item: (row: Row) => string;
  /** Compares every other group with this one; each group with each where absent. */
  readonly reference?: string;
}

/** The difference first minus second on the items that both groups have a value for. */
export interface GroupComparison extends PairedDifference {
  readonly first: string;
  readonly second: string;
  /** Items that only one of the two groups has a value for. */
  readonly unpaired: number;
  /** The p-value after Holm's correction over all comparisons that were made together. */
  readonly correctedPValue: number | undefined;
}

/**
 * The paired differences between groups on the same items, corrected for their number; groups in the order in which they first appear.
 * Throws a RangeError where a group has two values for one item, for a reference that is no group, and as `pairedDifference`.
 */
export function compareGroups<Row>(
  rows: Iterable<Row>,
  { group, item, value, reference, ...options }: Pairing<Row> & IntervalOptions & SignFlipOptions,
): readonly GroupComparison[] {
  const groups = valuesByItem(rows, { group, item, value });
  const names = [...groups.keys()];
  if (reference !== undefined && !groups.has(reference)) throw new RangeError(`"${reference}" is none of the groups`);
  const pairs =
    reference === undefined
      ? names.flatMap((first, place) => names.slice(place + 1).map((second) => [first, second] as const))
      : names.filter((name) => name !== reference).map((first) => [first, reference] as const);
  const compared = pairs.map(([first, second]) => {
    const [ours, theirs] = [groups.get(first)!, groups.get(second)!];
    const shared = [...ours.keys()].filter((id) => theirs.has(id));
    const take = (values: ReadonlyMap<string, number>) => shared.map((id) => values.get(id)!);
    const unpaired = ours.size + theirs.size - 2 * shared.length;
    return { first, second, unpaired, ...pairedDifference(take(ours), take(theirs), options) };
  });
  const corrected = holm(compared.map(({ pValue }) => pValue));
  return compared.map((comparison, place) => ({ ...comparison, correctedPValue: corrected[place] }));
}

function valuesByItem<Row>(
  rows: Iterable<Row>,
  { group, item, value }: Pairing<Row>,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const groups = new Map<string, Map<string, number>>();
  for (const row of rows) {
    const name = group(row);
    const values = groups.get(name) ?? new Map<string, number>();
    groups.set(name, values);
    const number = value(row);
    if (number === undefined) continue;
    const id = item(row);
    if (values.has(id)) throw new RangeError(`"${name}" has two values for "${id}"`);
    values.set(id, number);
  }
  return groups;
}
