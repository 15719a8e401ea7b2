import type { Box } from '@understory/core';
import { overlap } from '../answerer/overlap.ts';

/** At least so much of two boxes together is covered by both where they are taken for boxes of one thing. */
export const sameThing = 0.5;

/** How well a box fits the best of some others, 0..1; 0 without a box and without others. */
export function bestOverlap(box: Box | undefined, others: readonly Box[]): number {
  return box === undefined ? 0 : others.reduce((best, other) => Math.max(best, overlap(box, other)), 0);
}
