import type { HeatMap } from '@understory/core';
import { keys } from './filters.ts';
import { checkSize } from './rgb-image.ts';

/** A grid of numbers, `[height, width]` in row-major order. */
export type FloatMap = Pick<HeatMap, 'height' | 'width' | 'data'>;

export type Interpolation = 'nearest' | 'bilinear' | 'bicubic';

/**
 * Brings a heat map to the size of the picture, with half-pixel centres and no antialiasing.
 *
 * Equals PyTorch's `interpolate(align_corners=False)`: `bilinear`, `bicubic` (Keys' kernel, a = -0.75, which overshoots),
 * and for `nearest` its `nearest-exact`. Throws a RangeError where a side is not a positive whole number.
 */
export function upsample(map: FloatMap, height: number, width: number, interpolation: Interpolation): FloatMap {
  return { height, width, data: Float32Array.from(resample(map, { height, width }, interpolation)) };
}

/** The values of `upsample` before they are rounded to float32, `[height, width]`; throws as it does. */
export function resample(
  map: { readonly height: number; readonly width: number; readonly data: Float32Array | Float64Array },
  { height, width }: { readonly height: number; readonly width: number },
  interpolation: Interpolation,
): Float64Array {
  checkSize({ width, height });
  const columns = tapsFor(map.width, width, interpolation);
  const rows = tapsFor(map.height, height, interpolation);

  const wide = new Float64Array(map.height * width);
  for (let y = 0; y < map.height; y++) {
    columns.forEach((taps, x) => {
      let sum = 0;
      for (const { at, weight } of taps) sum += weight * map.data[y * map.width + at]!;
      wide[y * width + x] = sum;
    });
  }

  const data = new Float64Array(height * width);
  rows.forEach((taps, y) => {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const { at, weight } of taps) sum += weight * wide[at * width + x]!;
      data[y * width + x] = sum;
    }
  });
  return data;
}

type Taps = readonly { readonly at: number; readonly weight: number }[];

function tapsFor(inputLength: number, outputLength: number, interpolation: Interpolation): readonly Taps[] {
  const last = inputLength - 1;
  return Array.from({ length: outputLength }, (_, out): Taps => {
    // One division of whole numbers, so that a position exactly between two samples is not moved by rounding.
    if (interpolation === 'nearest') {
      return [{ at: Math.floor(((2 * out + 1) * inputLength) / (2 * outputLength)), weight: 1 }];
    }
    const position = ((2 * out + 1) * inputLength) / (2 * outputLength) - 0.5;
    const base = Math.floor(position);
    const offsets = interpolation === 'bilinear' ? [0, 1] : [-1, 0, 1, 2];
    return offsets.map((offset) => {
      const distance = Math.abs(position - base - offset);
      return {
        at: Math.min(Math.max(base + offset, 0), last),
        weight: interpolation === 'bilinear' ? 1 - distance : keys(distance, -0.75),
      };
    });
  });
}
