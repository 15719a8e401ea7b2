import { rgbImage, type RgbImage } from './rgb-image.ts';

/** A rectangle in pixels, `x` and `y` its top left corner. */
interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const edge = [0, 0, 0] as const;
const line = [255, 255, 255] as const;

/** The picture with the outlines of boxes: a white line between black ones, so that it is seen on any ground; what lies outside is cut. */
export function drawBoxes(picture: RgbImage, boxes: readonly { readonly box: Rectangle }[]): RgbImage {
  const { width, height } = picture;
  const data = Uint8Array.from(picture.data);
  const thickness = Math.max(1, Math.round(Math.min(width, height) / 160));
  const paint = (x: number, y: number, colour: readonly number[]) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    data.set(colour, 3 * (y * width + x));
  };
  for (const { box } of boxes) {
    const [left, top] = [Math.round(box.x), Math.round(box.y)];
    const [right, bottom] = [Math.round(box.x + box.width) - 1, Math.round(box.y + box.height) - 1];
    for (let ring = -thickness; ring < 2 * thickness; ring += 1) {
      const colour = ring >= 0 && ring < thickness ? line : edge;
      const [x0, x1, y0, y1] = [left + ring, right - ring, top + ring, bottom - ring];
      if (x0 > x1 || y0 > y1) break;
      for (let x = Math.max(0, x0); x <= Math.min(width - 1, x1); x += 1) {
        paint(x, y0, colour);
        paint(x, y1, colour);
      }
      for (let y = Math.max(0, y0); y <= Math.min(height - 1, y1); y += 1) {
        paint(x0, y, colour);
        paint(x1, y, colour);
      }
    }
  }
  return rgbImage(data, width, height);
}
