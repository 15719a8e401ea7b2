import type { Outline } from './outline.ts';

/** How much of each pixel of a window lies within an outline, in 0..`full`, in row-major order. */
export interface Coverage {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
}

/** Lines a pixel row, and parts of a pixel along each. */
const [lines, parts] = [4, 64];

/** The coverage of a pixel that lies within the outline. */
export const full = lines * parts;

/** The coverage of a square picture's pixels by an outline in pixels, even-odd; only sums, products, quotients and rounding, so exact everywhere. */
export function coverageOf(outline: Outline, size: number): Coverage {
  let [leftMost, topMost, rightMost, bottomMost] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < outline.length; at += 2) {
    const [x, y] = [outline[at]!, outline[at + 1]!];
    if (x < leftMost) leftMost = x;
    if (x > rightMost) rightMost = x;
    if (y < topMost) topMost = y;
    if (y > bottomMost) bottomMost = y;
  }
  const left = Math.max(0, Math.floor(leftMost));
  const top = Math.max(0, Math.floor(topMost));
  const width = Math.max(0, Math.min(size, Math.ceil(rightMost)) - left);
  const height = Math.max(0, Math.min(size, Math.ceil(bottomMost)) - top);
  const data = new Uint16Array(width * height);
  const crossings: number[] = [];
  for (let line = 0; line < height * lines; line += 1) {
    const y = top + (line + 0.5) / lines;
    crossings.length = 0;
    let [x0, y0] = [outline[outline.length - 2]!, outline[outline.length - 1]!];
    for (let at = 0; at < outline.length; at += 2) {
      const [x1, y1] = [outline[at]!, outline[at + 1]!];
      if (y0 <= y !== y1 <= y) {
        const x = x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
        crossings.push(Math.min(width * parts, Math.max(0, Math.round((x - left) * parts))));
      }
      [x0, y0] = [x1, y1];
    }
    crossings.sort((one, other) => one - other);
    const row = ((line - (line % lines)) / lines) * width;
    for (let at = 0; at + 1 < crossings.length; at += 2) cover(data, row, crossings[at]!, crossings[at + 1]!);
  }
  return { left, top, width, height, data };
}

/** Adds one span of one line; both ends in parts of a pixel. */
function cover(data: Uint16Array, row: number, from: number, to: number): void {
  const first = Math.floor(from / parts);
  const last = Math.floor(to / parts);
  if (first === last) {
    if (to > from) data[row + first]! += to - from;
    return;
  }
  data[row + first]! += (first + 1) * parts - from;
  for (let pixel = first + 1; pixel < last; pixel += 1) data[row + pixel]! += parts;
  if (to > last * parts) data[row + last]! += to - last * parts;
}
