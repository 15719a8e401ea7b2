import type { Box } from '@understory/core';

/** A box from its centre, all in the same unit. */
export function fromCentre(x: number, y: number, width: number, height: number): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** A box from its top left and bottom right corners. */
export function fromCorners(left: number, top: number, right: number, bottom: number): Box {
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The area that two boxes share, of the area that they cover: 1 of equal boxes, otherwise 0 where one of them has no area. */
export function overlap(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  if (!(width > 0 && height > 0)) return isEqual(one, other) ? 1 : 0;
  const shared = width * height;
  return shared / (one.width * one.height + other.width * other.height - shared);
}

function isEqual(one: Box, other: Box): boolean {
  return one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;
}
