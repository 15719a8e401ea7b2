import type { Box } from './contracts/metric.ts';
import type { Area } from './contracts/subject.ts';

interface Size {
  /** In pixels, as is the width. */
  readonly height: number;
  readonly width: number;
}

/** The pixels whose centres lie in a box: `[height, width]`, 1 where that is so. */
export function maskOfBoxes(boxes: readonly Box[], { height, width }: Size): Uint8Array {
  const mask = new Uint8Array(height * width);
  for (const box of boxes) {
    const [left, right] = centresIn(box.x, box.width, width);
    for (let [y, bottom] = centresIn(box.y, box.height, height); y < bottom; y += 1) {
      if (left < right) mask.fill(1, y * width + left, y * width + right);
    }
  }
  return mask;
}

/** The pixels whose centres lie in the cells of an area: `[height, width]`, 1 where that is so. */
export function maskOfArea(area: Area, { height, width }: Size): Uint8Array {
  const cell = (place: number, size: number, cells: number) => Math.floor(((place + 0.5) * cells) / size);
  return Uint8Array.from({ length: height * width }, (_, at) => {
    const row = cell(Math.floor(at / width), height, area.height);
    return area.inside[row * area.width + cell(at % width, width, area.width)]!;
  });
}

/** The first pixel with its centre in the interval, and the one behind the last. */
function centresIn(start: number, length: number, size: number): [first: number, end: number] {
  return [Math.max(Math.ceil(start - 0.5), 0), Math.min(Math.ceil(start + length - 0.5), size)];
}
