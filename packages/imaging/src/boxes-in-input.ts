import type { Box } from '@understory/core';
import { placementOf, type PlacementSteps } from './placement.ts';
import type { Size } from './rgb-image.ts';

/** Boxes of a decoded image where they lie in the picture that the network sees; parts that the crop cuts off stay in them. Throws as `placementOf` does. */
export function boxesInInput(boxes: readonly Box[], image: Size, steps: PlacementSteps): readonly Box[] {
  const { resized, left, top } = placementOf(image, steps);
  const across = resized.width / image.width;
  const down = resized.height / image.height;
  return boxes.map(({ x, y, width, height }) => ({
    x: x * across + left,
    y: y * down + top,
    width: width * across,
    height: height * down,
  }));
}

/** Boxes of the picture that the network sees where they lie in the decoded image: the way back of `boxesInInput`; parts that lie in the padding stay in them. */
export function boxesInImage(boxes: readonly Box[], image: Size, steps: PlacementSteps): readonly Box[] {
  const { resized, left, top } = placementOf(image, steps);
  const across = image.width / resized.width;
  const down = image.height / resized.height;
  return boxes.map(({ x, y, width, height }) => ({
    x: (x - left) * across,
    y: (y - top) * down,
    width: width * across,
    height: height * down,
  }));
}
