import type { Box } from '@understory/core';
import { shorterSideSize, type Preprocessing, type Size } from '@understory/imaging';

/** Boxes of a decoded image where they lie in the picture that the network sees, to the pixel that rounding a crop may cost. */
export function boxesInInput(boxes: readonly Box[], image: Size, { resize, crop }: Preprocessing): readonly Box[] {
  const resized =
    resize === undefined ? image : resize.kind === 'exact' ? resize : shorterSideSize(image, resize.length);
  const across = resized.width / image.width;
  const down = resized.height / image.height;
  const left = crop === undefined ? 0 : Math.round((resized.width - crop.width) / 2);
  const top = crop === undefined ? 0 : Math.round((resized.height - crop.height) / 2);
  return boxes.map(({ x, y, width, height }) => ({
    x: x * across - left,
    y: y * down - top,
    width: width * across,
    height: height * down,
  }));
}
