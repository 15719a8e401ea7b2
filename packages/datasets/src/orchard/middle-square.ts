import { resize, rgbImage } from '@understory/imaging';
import type { RgbImage } from '@understory/imaging';

/** The middle square of a picture, scaled to `size` pixels a side. */
export function middleSquare({ width, height, data }: RgbImage, size: number): RgbImage {
  const side = Math.min(width, height);
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
  const square = new Uint8Array(3 * side * side);
  for (let row = 0; row < side; row += 1) {
    const start = ((top + row) * width + left) * 3;
    square.set(data.subarray(start, start + 3 * side), 3 * row * side);
  }
  const scaled = resize(rgbImage(square, side, side), { width: size, height: size }, 'bilinear');
  return rgbImage(scaled.data.slice(), size, size);
}
