import type { Box } from '@understory/core';

/** Intersection over union of two boxes, in 0..1. */
export function overlap(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  if (!(width > 0 && height > 0)) return 0;
  return (width * height) / (one.width * one.height + other.width * other.height - width * height);
}
