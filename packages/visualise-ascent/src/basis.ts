import type { AscentValues } from './options.ts';

/** How a line of a picture is made of what the ascent changes. */
export interface Basis {
  /** `[positions, size]`, row by row: what each of the `size` numbers adds at each position; positions wrap around. */
  at(positions: ArrayLike<number>): Float32Array;
}

/**
 * Hartley's cosine plus sine, `cas(2 pi u x / size) / sqrt(size)`: real, orthogonal, its own inverse. Of two dimensions the product
 * spans, frequency by frequency, what the Fourier basis does.
 */
export function frequencies(size: number): Basis {
  const scale = 1 / Math.sqrt(size);
  return {
    at: (positions) =>
      matrix(positions, size, (position, frequency) => {
        const angle = (2 * Math.PI * frequency * position) / size;
        return scale * (Math.cos(angle) + Math.sin(angle));
      }),
  };
}

/** The pixels themselves; between two of them the values are interpolated linearly. */
export function pixels(size: number): Basis {
  return {
    at: (positions) =>
      matrix(positions, size, (position, pixel) => {
        const distance = Math.abs(position - pixel) % size;
        return Math.max(0, 1 - Math.min(distance, size - distance));
      }),
  };
}

export const bases = { frequencies, pixels } as const satisfies Record<AscentValues['parametrisation'], unknown>;

/**
 * `[height, width]`: 1 over the frequency of each place in cycles a pixel, so that a step changes a picture as much at every octave as
 * photographs do; that of the mean is taken as that of the longest wave. Olah et al. 2017, "Preconditioning and Parameterization".
 */
export function overFrequency(height: number, width: number): Float32Array {
  const least = 1 / Math.max(height, width);
  const cycles = (at: number, size: number) => Math.min(at, size - at) / size;
  return Float32Array.from({ length: height * width }, (_, place) => {
    const frequency = Math.hypot(cycles(Math.floor(place / width), height), cycles(place % width, width));
    return 1 / Math.max(frequency, least);
  });
}

function matrix(
  positions: ArrayLike<number>,
  size: number,
  value: (position: number, column: number) => number,
): Float32Array {
  return Float32Array.from({ length: positions.length * size }, (_, at) =>
    value(positions[Math.floor(at / size)]!, at % size),
  );
}
