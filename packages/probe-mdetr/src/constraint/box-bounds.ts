import type { Box } from '@understory/core';

/** Whole pixels, each end behind the last. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The pixels that a box touches, of those within a frame; one at least. */
export function boundsOf({ x, y, width, height }: Box, frame: Box): Bounds {
  const [left, right] = ends(x, width, frame.x, frame.width);
  const [top, bottom] = ends(y, height, frame.y, frame.height);
  return { left, top, right, bottom };
}

function ends(start: number, length: number, from: number, size: number): readonly [number, number] {
  const first = Math.min(Math.max(Math.floor(start), from), from + size - 1);
  return [first, Math.max(first + 1, Math.min(Math.ceil(start + length), from + size))];
}
