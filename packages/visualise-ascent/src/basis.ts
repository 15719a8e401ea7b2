import type { AscentValues } from './options.ts';

/** How a picture is made of what the ascent changes: the sum of `rows[k] state columns[k]` over a few terms. */
export interface Basis {
  readonly terms: number;
  /** `[positions, size]` for each term, row by row: what each of the `size` numbers adds at each position; positions wrap around. */
  rows(positions: ArrayLike<number>): readonly Float32Array[];
  /** The same for the columns of the picture, `[size, positions]`. */
  columns(positions: ArrayLike<number>): readonly Float32Array[];
}

/**
 * Hartley's plane waves, `cas(2 pi (u y / height + v x / width))` over the root of their number with cas = cos + sin: real, orthogonal,
 * and one direction each, as Fourier's; the rule of sums makes two products of matrices of them.
 * Bracewell 1983, "Discrete Hartley transform". A product of `cas` along each axis would join each wave to its mirror image.
 */
function frequencies(size: number): Basis {
  const along = (wave: (angle: number) => number) => (position: number, frequency: number) =>
    wave((2 * Math.PI * frequency * position) / size) / Math.sqrt(size);
  const [cosine, sine] = [along(Math.cos), along(Math.sin)];
  const cas = along((angle) => Math.cos(angle) + Math.sin(angle));
  const mirrored = along((angle) => Math.cos(angle) - Math.sin(angle));
  return {
    terms: 2,
    rows: (positions) => [
      matrix(positions.length, size, (at, frequency) => cas(positions[at]!, frequency)),
      matrix(positions.length, size, (at, frequency) => mirrored(positions[at]!, frequency)),
    ],
    columns: (positions) => [
      matrix(size, positions.length, (frequency, at) => cosine(positions[at]!, frequency)),
      matrix(size, positions.length, (frequency, at) => sine(positions[at]!, frequency)),
    ],
  };
}

/** The pixels themselves; between two of them the values are interpolated linearly. */
function pixels(size: number): Basis {
  const share = (position: number, pixel: number) => {
    const distance = Math.abs(position - pixel) % size;
    return Math.max(0, 1 - Math.min(distance, size - distance));
  };
  return {
    terms: 1,
    rows: (positions) => [matrix(positions.length, size, (at, pixel) => share(positions[at]!, pixel))],
    columns: (positions) => [matrix(size, positions.length, (pixel, at) => share(positions[at]!, pixel))],
  };
}

export const bases = { frequencies, pixels } as const satisfies Record<AscentValues['parametrisation'], unknown>;

/**
 * `[height, width]`: the wave's length in pixels, 1/f, where `decay` is 1, so that a step changes a picture as much at every octave as
 * photographs do; that of the mean is taken as that of the longest wave, which a power leaves as it is.
 * Olah et al. 2017, "Preconditioning and Parameterization".
 */
export function overFrequency(height: number, width: number, decay: number): Float32Array {
  const longest = Math.max(height, width);
  const cycles = (at: number, size: number) => Math.min(at, size - at) / size;
  return Float32Array.from({ length: height * width }, (_, place) => {
    const frequency = Math.hypot(cycles(Math.floor(place / width), height), cycles(place % width, width));
    return longest * Math.max(1, frequency * longest) ** -decay;
  });
}

/** Row by row. */
function matrix(height: number, width: number, value: (row: number, column: number) => number): Float32Array {
  return Float32Array.from({ length: height * width }, (_, at) => value(Math.floor(at / width), at % width));
}
