import type { Box, SeededRandom } from '@understory/core';

/** A box of the same size anywhere in a frame, each place as likely; a box that is larger than the frame is cut to it. */
export function randomBox({ width, height }: Pick<Box, 'width' | 'height'>, frame: Box, random: SeededRandom): Box {
  const wide = Math.min(width, frame.width);
  const high = Math.min(height, frame.height);
  return {
    x: frame.x + random.uniform() * (frame.width - wide),
    y: frame.y + random.uniform() * (frame.height - high),
    width: wide,
    height: high,
  };
}
