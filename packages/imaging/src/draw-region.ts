import { rgbImage, type RgbImage } from './rgb-image.ts';

/** Cells of a grid over a picture. */
export interface GridRegion {
  /** In cells, as is the width. */
  readonly height: number;
  readonly width: number;
  /** `[height, width]`, 1 where the region is. */
  readonly inside: Uint8Array;
}

const edge = [0, 0, 0] as const;
const line = [255, 255, 255] as const;

/**
 * The picture with the contour of a region: a white line just inside of it between black ones, as boxes are outlined, so that it is seen on any
 * ground. Along the sides of the picture a region that goes on beyond them has none.
 */
export function drawRegion(picture: RgbImage, { height: rows, width: columns, inside: own }: GridRegion): RgbImage {
  const { width, height } = picture;
  const isInside = (x: number, y: number) =>
    own[Math.floor(((y + 0.5) * rows) / height) * columns + Math.floor(((x + 0.5) * columns) / width)]!;
  const inside = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) inside[y * width + x] = isInside(x, y);
  const thickness = Math.max(1, Math.round(Math.min(width, height) / 160));
  const rings = contours(inside, { width, height, thickness });
  const data = Uint8Array.from(picture.data);
  rings.forEach((ring, at) => {
    if (ring !== 0) data.set(ring === 2 ? line : edge, 3 * at);
  });
  return rgbImage(data, width, height);
}

/** Pixels of the white line are 2 and of the black ones 1, by their distance in steps from the border of the region. */
function contours(
  inside: Uint8Array,
  { width, height, thickness }: { readonly width: number; readonly height: number; readonly thickness: number },
): Uint8Array {
  const rings = new Uint8Array(inside.length);
  const distances = (from: number) => {
    const found = new Int32Array(inside.length).fill(-1);
    let border: number[] = [];
    const neighbours = (at: number) => [
      ...(at % width > 0 ? [at - 1] : []),
      ...(at % width < width - 1 ? [at + 1] : []),
      ...(at >= width ? [at - width] : []),
      ...(at < inside.length - width ? [at + width] : []),
    ];
    for (let at = 0; at < width * height; at += 1) {
      if (inside[at] !== from || !neighbours(at).some((other) => inside[other] !== from)) continue;
      found[at] = 0;
      border.push(at);
    }
    for (let step = 1; step < 2 * thickness && border.length > 0; step += 1) {
      const next: number[] = [];
      for (const at of border) {
        for (const other of neighbours(at)) {
          if (inside[other] !== from || found[other]! >= 0) continue;
          found[other] = step;
          next.push(other);
        }
      }
      border = next;
    }
    return found;
  };
  const [within, beyond] = [distances(1), distances(0)];
  for (let at = 0; at < rings.length; at += 1) {
    if (beyond[at]! >= 0 && beyond[at]! < thickness) rings[at] = 1;
    if (within[at]! >= 0) rings[at] = within[at]! < thickness ? 2 : 1;
  }
  return rings;
}
