import type { ProbeEstimate, ProbeSummary } from '@understory/core';
import type { BlindnessComparison, Estimate } from './comparison-summary.ts';

/** The scores of spatial blindness that a probe gives of two networks; null of a probe that gives none. */
export function blindnessOfBoth(first: ProbeSummary | null, second: ProbeSummary | null): BlindnessComparison | null {
  // Of all places together first, then of each kind.
  const score = (summary: ProbeSummary | null) => summary?.estimates.find(({ measure }) => measure === 'blindness');
  const [ours, theirs] = [score(first), score(second)];
  if (ours === undefined || theirs === undefined) return null;
  const { title, condition } = ours;
  return { title, condition, first: estimateOf(ours), second: estimateOf(theirs), ...differenceOf(ours, theirs) };
}

function estimateOf({ n, estimate, interval }: ProbeEstimate): Estimate {
  return { n, mean: estimate, interval };
}

/** Each end lies as far from the difference as the two distances that it is made of together, at a right angle. */
function differenceOf(
  { estimate: first, interval: ours }: ProbeEstimate,
  { estimate: second, interval: theirs }: ProbeEstimate,
): Pick<BlindnessComparison, 'difference' | 'interval'> {
  if (first === null || second === null) return { difference: null, interval: null };
  const difference = second - first;
  if (ours === null || theirs === null) return { difference, interval: null };
  return {
    difference,
    interval: [
      difference - Math.hypot(second - theirs[0], ours[1] - first),
      difference + Math.hypot(theirs[1] - second, first - ours[0]),
    ],
  };
}
