import type { OptionSchema } from '@understory/core';

/** The side of the squares into which pictures are split. */
export const patchOption = (pixels: number) =>
  ({
    patch: {
      type: 'integer',
      default: pixels,
      range: [1, 100_000],
      description: 'The side of a square, in pixels of the input; squares at the edges may be cut.',
    },
  }) as const satisfies OptionSchema;

/**
 * The pixels of each square cell, row by row. Where cells do not fill a side, what is missing is left out half before the first pixel and half behind the
 * last one, rounded down and up, as Quantus pads.
 */
export function cellsOf(
  { height, width }: { readonly height: number; readonly width: number },
  patch: number,
): readonly Uint32Array[] {
  const [rows, columns] = [alongSide(height, patch), alongSide(width, patch)];
  return rows.flatMap((ys) => columns.map((xs) => Uint32Array.from(ys.flatMap((y) => xs.map((x) => y * width + x)))));
}

function alongSide(length: number, patch: number): readonly (readonly number[])[] {
  const count = Math.ceil(length / patch);
  const before = Math.floor((count * patch - length) / 2);
  return Array.from({ length: count }, (_, cell) => {
    const start = Math.max(0, cell * patch - before);
    const end = Math.min(length, (cell + 1) * patch - before);
    return Array.from({ length: end - start }, (_unused, at) => start + at);
  });
}
