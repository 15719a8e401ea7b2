import type { Subject } from '@understory/core';
import { studyErrors } from '../errors.ts';

/** Which class of one network is which of another. */
export interface ClassMatch {
  /** Undefined where the other network has no such class. */
  toSecond(index: number): number | undefined;
  /** `labels` where classes have the same name, `indices` where one of the two has no labels. */
  readonly by: 'labels' | 'indices';
  /** Classes that both have. */
  readonly shared: number | null;
  /** Null where a network leaves it open. */
  readonly counts: readonly [first: number | null, second: number | null];
}

type Classified = Pick<Subject, 'task' | 'classes' | 'labels'>;

/**
 * Matches the classes of two networks by label, or by index where one has no labels; undefined for networks without classes.
 * Throws NETWORKS_DIFFER where they do another task, and where no class of one is one of the other.
 */
export function matchClasses(first: Classified, second: Classified): ClassMatch | undefined {
  if (first.task !== second.task) throw studyErrors.networksDiffer({ what: 'task', found: [first.task, second.task] });
  if (first.classes === undefined || second.classes === undefined) return undefined;
  const counts = [first.classes.count ?? null, second.classes.count ?? null] as const;
  if (first.labels === undefined || second.labels === undefined) {
    if (counts[0] !== counts[1]) {
      const [ours, theirs] = counts.map((count) => `${count ?? 'an open number of'} classes`);
      throw studyErrors.networksDiffer({ what: 'number of classes', found: [ours!, theirs!] });
    }
    return { by: 'indices', shared: counts[0], counts, toSecond: (index) => index };
  }
  const [ours, theirs] = [first.labels.map(plain), second.labels.map(plain)];
  // Where the lists are the same, two classes of one name are told apart by their places.
  if (ours.length === theirs.length && ours.every((label, at) => label === theirs[at])) {
    return { by: 'labels', shared: ours.length, counts, toSecond: (index) => index };
  }
  const places = new Map(theirs.map((label, at) => [label, at]));
  const shared = ours.filter((label) => places.has(label)).length;
  if (shared === 0) {
    const shown = (labels: readonly string[]) => `${labels.slice(0, 3).join(', ')} ...`;
    throw studyErrors.networksDiffer({ what: 'classes', found: [shown(first.labels), shown(second.labels)] });
  }
  return { by: 'labels', shared, counts, toSecond: (index) => places.get(ours[index] ?? '') };
}

/** Labels as they are compared: upper and lower case, and spaces around them, aside. */
function plain(label: string): string {
  return label.trim().toLowerCase();
}
