/** The weights of a Gaussian at whole distances from -(length - 1) / 2 on, which sum to 1. */
export function gaussianKernel(length: number, sigma: number): Float64Array {
  const weights = Float64Array.from({ length }, (_, at) => Math.exp(-0.5 * ((at - (length - 1) / 2) / sigma) ** 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** A plane `[height, width]` filtered by rows and by columns; beyond its edges it is reflected without repeating the edge. */
export function filterPlane(
  plane: ArrayLike<number>,
  height: number,
  width: number,
  kernel: Float64Array,
): Float64Array {
  const rows = filterLines(plane, { lines: height, lineStride: width, length: width, stride: 1 }, kernel);
  return filterLines(rows, { lines: width, lineStride: 1, length: height, stride: width }, kernel);
}

interface Lines {
  readonly lines: number;
  readonly lineStride: number;
  readonly length: number;
  readonly stride: number;
}

function filterLines(plane: ArrayLike<number>, { lines, lineStride, length, stride }: Lines, kernel: Float64Array) {
  const half = kernel.length >> 1;
  const sources = Uint32Array.from({ length: length + 2 * half }, (_, at) => stride * reflect(at - half, length));
  const filtered = new Float64Array(plane.length);
  for (let line = 0; line < lines; line += 1) {
    const start = line * lineStride;
    for (let at = 0; at < length; at += 1) {
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap += 1) sum += kernel[tap]! * plane[start + sources[at + tap]!]!;
      filtered[start + at * stride] = sum;
    }
  }
  return filtered;
}

/** `... 2 1 | 0 1 2 3 | 2 1 ...`, as often as it takes. */
function reflect(place: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((place % period) + period) % period;
  return Math.min(within, period - within);
}
