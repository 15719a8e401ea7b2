import { normalQuantile } from './normal-distribution.ts';
import { checkLevel, checkSample } from './sample.ts';

/** How well a score tells two groups apart. */
export interface RocAuc {
  /** The probability that one of the first group has a higher score than one of the second, ties counting half; undefined for an empty group. */
  readonly auc: number | undefined;
  readonly interval: readonly [low: number, high: number] | undefined;
  readonly level: number;
  readonly reason?: string;
}

/**
 * The area under the ROC curve of a score between two groups (Hanley and McNeil 1982), with the score interval that Newcombe 2006 (part 2,
 * method 5) found to hold for small groups and for areas of 0 and 1: the areas whose own standard error would allow the one that was found.
 * Throws a RangeError for values that are not finite and for a level outside (0, 1).
 */
export function rocAuc(
  higher: readonly number[],
  lower: readonly number[],
  { level = 0.95 }: { readonly level?: number } = {},
): RocAuc {
  checkSample(higher);
  checkSample(lower);
  checkLevel(level);
  const [first, second] = [higher.length, lower.length];
  if (first === 0 || second === 0) return { auc: undefined, interval: undefined, level, reason: 'a group is empty' };
  let won = 0;
  for (const one of higher) for (const other of lower) won += one > other ? 1 : one === other ? 0.5 : 0;
  const auc = won / (first * second);
  const z = normalQuantile((1 + level) / 2);
  const scatter = (first + second) / 2 - 1;
  const variance = (area: number) =>
    (area * (1 - area) * (1 + scatter * ((1 - area) / (2 - area) + area / (1 + area)))) / (first * second);
  const allows = (area: number) => (auc - area) ** 2 <= z * z * variance(area);
  return { auc, interval: [edge(auc, 0, allows), edge(auc, 1, allows)], level };
}

/** Where areas stop being allowed on the way from one that is to an end, which may be allowed too. */
function edge(from: number, to: number, allows: (area: number) => boolean): number {
  if (from === to) return to;
  let [inside, outside] = [from, to];
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (inside + outside) / 2;
    if (allows(middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}
