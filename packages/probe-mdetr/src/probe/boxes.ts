import type { Box, GroundedBox } from '@understory/core';
import { overlap } from '../answerer/overlap.ts';
import { plain } from './words.ts';

/** At least so much of two boxes together is covered by both where they are taken for boxes of one thing. */
export const sameThing = 0.5;

/** The model's box for some words of a question: the likeliest with those words as a phrase, else the likeliest; undefined where it finds none. */
export function boxOf(boxes: readonly GroundedBox[], phrase: string | undefined): Box | undefined {
  const named = boxes.find(
    ({ phrases }) => phrase !== undefined && phrases.some((each) => plain(each) === plain(phrase)),
  );
  return (named ?? boxes[0])?.box;
}

/** How well a box fits the best of some others, 0..1; 0 without a box and without others. */
export function bestOverlap(box: Box | undefined, others: readonly Box[]): number {
  return box === undefined ? 0 : others.reduce((best, other) => Math.max(best, overlap(box, other)), 0);
}
