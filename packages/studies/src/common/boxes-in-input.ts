import type { Box } from '@understory/core';
import { centerCropOffset, shorterSideSize, type Preprocessing, type Size } from '@understory/imaging';

/** Boxes of a decoded image where they lie in the picture that the network sees; parts that the crop cuts off stay in them. */
export function boxesInInput(boxes: readonly Box[], image: Size, { resize, crop }: Preprocessing): readonly Box[] {
  const resized =
    resize === undefined ? image : resize.kind === 'exact' ? resize : shorterSideSize(image, resize.length);
  const across = resized.width / image.width;
  const down = resized.height / image.height;
  const { left, top } = crop === undefined ? { left: 0, top: 0 } : centerCropOffset(resized, crop);
  return boxes.map(({ x, y, width, height }) => ({
    x: x * across - left,
    y: y * down - top,
    width: width * across,
    height: height * down,
  }));
}
