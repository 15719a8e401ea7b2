import type { Box, HeatMap } from '@understory/core';

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Standard deviation of the centred Gaussian, as a fraction of each side. */
const sigma = 0.25;

/**
 * The share of what a map has above zero that lies inside a box, the box in pixels of a picture of that size and the map as constant within
 * each of its cells; undefined where the map has nothing above zero.
 */
export function shareInBox({ height, width, data }: HeatMap, box: Box, size: Size): number | undefined {
  const down = inside(box.y, box.height, size.height, height);
  const right = inside(box.x, box.width, size.width, width);
  let [within, whole] = [0, 0];
  data.forEach((value, at) => {
    if (!(value > 0)) return;
    whole += value;
    within += value * down[Math.floor(at / width)]! * right[at % width]!;
  });
  return whole === 0 ? undefined : within / whole;
}

/** The same of a Gaussian around the middle of the picture, a quarter of each side wide: what looking at the middle is worth. */
export function centreInBox(box: Box, size: Size): number {
  return along(box.y, box.height, size.height) * along(box.x, box.width, size.width);
}

/** The share of the picture that the box covers. */
export function boxShare({ x, y, width, height }: Box, size: Size): number {
  const covered = (start: number, length: number, side: number) =>
    Math.max(0, Math.min(side, start + length) - Math.max(0, start)) / side;
  return covered(x, width, size.width) * covered(y, height, size.height);
}

function along(start: number, length: number, side: number): number {
  const cells = inside(start, length, side, side);
  const weight = (cell: number) => Math.exp(-0.5 * (((cell + 0.5) / side - 0.5) / sigma) ** 2);
  let [within, whole] = [0, 0];
  cells.forEach((share, cell) => {
    whole += weight(cell);
    within += share * weight(cell);
  });
  return within / whole;
}

/** Which share of each cell along a side lies inside. */
function inside(start: number, length: number, side: number, cells: number): readonly number[] {
  const cell = side / cells;
  return Array.from({ length: cells }, (_, at) => {
    const overlap = Math.min(start + length, (at + 1) * cell) - Math.max(start, at * cell);
    return Math.min(1, Math.max(0, overlap / cell));
  });
}
