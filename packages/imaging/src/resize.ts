import { kernels, type Filter, type Kernel } from './filters.ts';
import { checkSize, rgbImage, type RgbImage, type Size } from './rgb-image.ts';

/**
 * Resizes as `Image.resize` of Pillow 13 does, bit for bit: antialiased when it shrinks, in 8-bit fixed point.
 *
 * Pillow before 13 always takes rows first, which rounds differently where the height shrinks much more than the width.
 * Where nothing changes the result may share its data with the input. Throws a RangeError where a side is not a positive
 * whole number.
 */
export function resize(image: RgbImage, size: Size, filter: Filter): RgbImage {
  checkSize(size);
  if (filter === 'nearest') return nearest(image, size);
  const kernel = kernels[filter];
  return columnsFirst(image, size)
    ? resampleRows(resampleColumns(image, size.height, kernel), size.width, kernel)
    : resampleColumns(resampleRows(image, size.width, kernel), size.height, kernel);
}

/** Which pass Pillow 13 runs first decides how intermediate values are rounded. */
function columnsFirst(from: Size, to: Size): boolean {
  const lostRows = from.height - to.height;
  return lostRows > 0 && lostRows > 2 * (from.width - to.width);
}

/** Fraction bits of a weight: 8 of the 32 are the pixel's, 2 are kept for sums that overshoot. */
const precision = 22;

/** Where each output pixel reads, and its weights in fixed point: `weights[out * stride + tap]` is for input `first[out] + tap`. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly stride: number;
}

function tapsFor(inputLength: number, outputLength: number, kernel: Kernel): Taps {
  const scale = inputLength / outputLength;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputLength);
  const count = new Int32Array(outputLength);
  const weights = new Int32Array(outputLength * stride);
  for (let out = 0; out < outputLength; out++) {
    const centre = (out + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(inputLength, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: end - start }, (_, tap) =>
      kernel.weight((tap + start - centre + 0.5) * (1 / stretch)),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    first[out] = start;
    count[out] = end - start;
    raw.forEach((weight, tap) => {
      const scaled = (total === 0 ? weight : weight / total) * 2 ** precision;
      weights[out * stride + tap] = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    });
  }
  return { first, count, weights, stride };
}

const half = 1 << (precision - 1);

function toByte(sum: number): number {
  const value = sum >> precision;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function resampleRows({ width, height, data }: RgbImage, outputWidth: number, kernel: Kernel): RgbImage {
  if (width === outputWidth) return { width, height, data };
  const { first, count, weights, stride } = tapsFor(width, outputWidth, kernel);
  const output = new Uint8Array(3 * outputWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outputWidth; x++) {
      let from = 3 * (y * width + first[x]!);
      let red = half;
      let green = half;
      let blue = half;
      for (let tap = x * stride, end = tap + count[x]!; tap < end; tap++) {
        const weight = weights[tap]!;
        red += weight * data[from]!;
        green += weight * data[from + 1]!;
        blue += weight * data[from + 2]!;
        from += 3;
      }
      const to = 3 * (y * outputWidth + x);
      output[to] = toByte(red);
      output[to + 1] = toByte(green);
      output[to + 2] = toByte(blue);
    }
  }
  return rgbImage(output, outputWidth, height);
}

function resampleColumns({ width, height, data }: RgbImage, outputHeight: number, kernel: Kernel): RgbImage {
  if (height === outputHeight) return { width, height, data };
  const { first, count, weights, stride } = tapsFor(height, outputHeight, kernel);
  const row = 3 * width;
  const output = new Uint8Array(row * outputHeight);
  const sums = new Int32Array(row);
  for (let y = 0; y < outputHeight; y++) {
    sums.fill(half);
    for (let tap = 0; tap < count[y]!; tap++) {
      const weight = weights[y * stride + tap]!;
      const from = row * (first[y]! + tap);
      for (let sample = 0; sample < row; sample++) sums[sample]! += weight * data[from + sample]!;
    }
    for (let sample = 0; sample < row; sample++) output[y * row + sample] = toByte(sums[sample]!);
  }
  return rgbImage(output, width, outputHeight);
}

function nearest({ width, height, data }: RgbImage, size: Size): RgbImage {
  const columns = nearestPositions(width, size.width);
  const rows = nearestPositions(height, size.height);
  const output = new Uint8Array(3 * size.width * size.height);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = 3 * (row * width + column);
      output[to++] = data[from]!;
      output[to++] = data[from + 1]!;
      output[to++] = data[from + 2]!;
    }
  }
  return rgbImage(output, size.width, size.height);
}

/** Added up step by step, because PIL's rounding errors decide ties. */
function nearestPositions(inputLength: number, outputLength: number): Int32Array {
  const step = inputLength / outputLength;
  const positions = new Int32Array(outputLength);
  let position = step * 0.5;
  for (let out = 0; out < outputLength; out++) {
    positions[out] = Math.min(Math.trunc(position), inputLength - 1);
    position += step;
  }
  return positions;
}
