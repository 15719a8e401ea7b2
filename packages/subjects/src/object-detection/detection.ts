import type { Box, Reading } from '@understory/core';
import { overlap } from './boxes.ts';

/** One box of one class. */
export interface Detection {
  /** In pixels of the picture that the model is fed. */
  readonly box: Box;
  readonly classIndex: number;
  /** In 0..1. */
  readonly probability: number;
  /** Which of the rows of the output it is, counted from 0. */
  readonly place: number;
}

/** One box with the number that is explained for it. */
export interface ReadDetection extends Detection {
  readonly reading: Reading;
}

/** More are not compared with each other; the best count. */
const mostCompared = 5000;
/** As Ultralytics keeps them. */
const mostKept = 300;

/**
 * Detections from best to worst without those that overlap a better one of their class by more than `threshold` (intersection over
 * union); of equally probable ones the earlier place goes first. Where `threshold` is undefined none is left out for its overlap.
 */
export function suppressed(detections: readonly Detection[], threshold: number | undefined): readonly Detection[] {
  const sorted = detections
    .toSorted(
      (one, other) =>
        other.probability - one.probability || one.place - other.place || one.classIndex - other.classIndex,
    )
    .slice(0, mostCompared);
  if (threshold === undefined) return sorted.slice(0, mostKept);
  const kept: Detection[] = [];
  for (const each of sorted) {
    const isHidden = kept.some(
      (better) => better.classIndex === each.classIndex && overlap(better.box, each.box) > threshold,
    );
    if (!isHidden) kept.push(each);
    if (kept.length === mostKept) break;
  }
  return kept;
}

/** Boxes are of the same thing where they overlap at least so much. */
export const sameBox = 0.5;

/** Whether each box of one list has its own box of the same class in the other; those that overlap most are matched first. */
export function areSame(one: readonly Detection[], other: readonly Detection[]): boolean {
  if (one.length !== other.length) return false;
  const pairs = one.flatMap((left) =>
    other.flatMap((right) => {
      const shared = left.classIndex === right.classIndex ? overlap(left.box, right.box) : 0;
      return shared >= sameBox ? [{ left, right, shared }] : [];
    }),
  );
  const [lefts, rights] = [new Set<Detection>(), new Set<Detection>()];
  for (const { left, right } of pairs.toSorted((first, second) => second.shared - first.shared)) {
    if (lefts.has(left) || rights.has(right)) continue;
    lefts.add(left);
    rights.add(right);
  }
  return lefts.size === one.length;
}
