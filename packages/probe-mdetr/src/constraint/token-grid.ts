import type { Box } from '@understory/core';

/** Into how many parts a picture is divided down and across: one a token. */
export interface TokenGrid {
  readonly rows: number;
  readonly columns: number;
}

export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Which tokens a box leaves, row by row: those whose part of the picture it touches, or the nearest where it lies beyond the edge.
 * Tokens whose middle is padding, 0 in `mask`, are left out.
 */
export function tokensIn(
  box: Box,
  { rows, columns }: TokenGrid,
  { height, width }: PictureSize,
  mask?: Uint8Array,
): Uint8Array {
  const kept = new Uint8Array(rows * columns);
  const down = placesIn(box.y, box.height, height, rows);
  const across = placesIn(box.x, box.width, width, columns);
  for (const row of down) {
    for (const column of across) {
      const y = Math.floor(((row + 0.5) * height) / rows);
      const x = Math.floor(((column + 0.5) * width) / columns);
      if (mask?.[y * width + x] !== 0) kept[row * columns + column] = 1;
    }
  }
  return kept;
}

/** The same for pixels, `[H, W]`: each is of the token whose part of the picture it lies in. */
export function pixelsOf(
  kept: Uint8Array,
  { rows, columns }: TokenGrid,
  { height, width }: PictureSize,
  mask?: Uint8Array,
): Uint8Array {
  const rowOf = partsOf(height, rows);
  const columnOf = partsOf(width, columns);
  const pixels = new Uint8Array(height * width);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const place = y * width + x;
      pixels[place] = mask?.[place] === 0 ? 0 : kept[rowOf[y]! * columns + columnOf[x]!]!;
    }
  }
  return pixels;
}

function placesIn(start: number, length: number, size: number, count: number): readonly number[] {
  const end = start + length;
  const middle = (start + end) / 2;
  const own = Math.min(count - 1, Math.max(0, Math.floor((middle * count) / size)));
  const isTouched = (place: number) => ((place + 1) * size) / count > start && (place * size) / count < end;
  return Array.from({ length: count }, (_, place) => place).filter((place) => place === own || isTouched(place));
}

/** Of each pixel its part. The first pixel of each part is the one that PyTorch's nearest neighbour reads for it. */
function partsOf(size: number, count: number): Uint32Array {
  const parts = new Uint32Array(size);
  for (let part = 0; part < count; part += 1) parts.fill(part, Math.floor((part * size) / count));
  return parts;
}
