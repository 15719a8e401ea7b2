import { kernels, type Filter, type Kernel } from './filters.ts';
import { openCvLinear } from './opencv-linear.ts';
import { checkSize, rgbImage, type RgbImage, type Size, type Window } from './rgb-image.ts';

/**
 * Resizes as `Image.resize` of Pillow 13 does, bit for bit: antialiased when it shrinks, in 8-bit fixed point;
 * with `opencvLinear` as OpenCV does, to one level.
 *
 * Pillow before 13 always takes rows first, which rounds differently where the height shrinks much more than the width.
 * Alpha is resized too, and weighs the colours as in Pillow. Where nothing changes the result may share its data with the
 * input. Throws a RangeError where a side is not a positive whole number.
 */
export function resize(image: RgbImage, size: Size, filter: Filter): RgbImage {
  checkSize(size);
  return resizeWindow(image, size, filter, { left: 0, top: 0, width: size.width, height: size.height });
}

/**
 * A window of what `resize` gives, the same bit for bit: only what the window needs is read and computed, however large the
 * whole would be. Throws a RangeError where the window does not lie within `size`.
 */
export function resizeWindow(image: RgbImage, size: Size, filter: Filter, window: Window): RgbImage {
  checkSize(size);
  checkWindow(window, size);
  if (image.alpha !== undefined) return resizeWithAlpha(image, image.alpha, { size, filter, window });
  const across = { from: image.width, to: size.width, start: window.left, length: window.width };
  const down = { from: image.height, to: size.height, start: window.top, length: window.height };
  if (filter === 'nearest') return nearest(image, across, down);
  if (filter === 'opencvLinear') return openCvLinear(image, size, window);

  const kernel = kernels[filter];
  const columns = resampling(across, kernel);
  const rows = resampling(down, kernel);
  const whole: Part = { ...image, left: 0, top: 0 };
  const { data } = columnsFirst(image, size)
    ? alongRows(alongColumns(whole, rows, columns.reads), columns, rows.axis)
    : alongColumns(alongRows(whole, columns, rows.reads), rows, columns.axis);
  return rgbImage(data, window.width, window.height);
}

function checkWindow({ left, top, width, height }: Window, size: Size): void {
  checkSize({ width, height });
  const fits = (start: number, length: number, all: number) =>
    Number.isInteger(start) && start >= 0 && start + length <= all;
  if (!fits(left, width, size.width) || !fits(top, height, size.height)) {
    throw new RangeError(
      `a window of ${width} x ${height} at ${left}, ${top} is not within ${size.width} x ${size.height}`,
    );
  }
}

/** Which pass Pillow 13 runs first decides how intermediate values are rounded. */
function columnsFirst(from: Size, to: Size): boolean {
  const lostRows = from.height - to.height;
  return lostRows > 0 && lostRows > 2 * (from.width - to.width);
}

interface ResizeRequest {
  readonly size: Size;
  readonly filter: Filter;
  readonly window: Window;
}

/** Pillow weighs colours with their alpha before it resizes and divides by it after, except where it only picks pixels; OpenCV never does. */
function resizeWithAlpha(
  { width, height, data }: RgbImage,
  alpha: Uint8Array,
  { size, filter, window }: ResizeRequest,
): RgbImage {
  const weighs = filter !== 'nearest' && filter !== 'opencvLinear' && (width !== size.width || height !== size.height);
  const colours = weighs ? data.map((sample, at) => timesShare(sample, alpha[Math.trunc(at / 3)]!)) : data;
  const found = resizeWindow(rgbImage(colours, width, height), size, filter, window).data;
  const veils = new Uint8Array(data.length);
  for (let at = 0; at < veils.length; at++) veils[at] = alpha[Math.trunc(at / 3)]!;
  const veil = resizeWindow(rgbImage(veils, width, height), size, filter, window).data;
  const output = weighs ? found.map((sample, at) => withoutShare(sample, veil[at]!)) : found;
  return rgbImage(
    output,
    window.width,
    window.height,
    new Uint8Array(veil.length / 3).map((_, at) => veil[3 * at]!),
  );
}

/** `sample * alpha / 255`, rounded as Pillow's MULDIV255. */
function timesShare(sample: number, alpha: number): number {
  const product = sample * alpha + 128;
  return ((product >> 8) + product) >> 8;
}

function withoutShare(sample: number, alpha: number): number {
  return alpha === 0 || alpha === 255 ? sample : Math.min(255, Math.trunc((255 * sample) / alpha));
}

/** One axis of a resize: `from` pixels become `to`, of which `length` from `start` on are wanted. */
interface Axis extends Range {
  readonly from: number;
  readonly to: number;
}

interface Range {
  readonly start: number;
  readonly length: number;
}

/** Part of a larger picture: what lies at `x, y` there lies at `x - left, y - top` here. */
interface Part extends RgbImage {
  readonly left: number;
  readonly top: number;
}

interface Resampling {
  readonly axis: Axis;
  /** The pixels of the input that the wanted pixels are made of. */
  readonly reads: Range;
  /** Absent where the axis keeps its length, so that pixels are copied. */
  readonly kernel?: Kernel;
}

function resampling(axis: Axis, kernel: Kernel): Resampling {
  if (axis.from === axis.to) return { axis, reads: axis };
  const { start } = reach(axis, kernel, axis.start);
  return { axis, kernel, reads: { start, length: reach(axis, kernel, axis.start + axis.length - 1).end - start } };
}

/** Which pixels of the input an output pixel is made of. */
function reach({ from, to }: Axis, kernel: Kernel, out: number) {
  const scale = from / to;
  const support = kernel.support * Math.max(scale, 1);
  const centre = (out + 0.5) * scale;
  const start = Math.max(0, Math.trunc(centre - support + 0.5));
  return { centre, start, end: Math.min(from, Math.trunc(centre + support + 0.5)) };
}

/** Fraction bits of a weight: 8 of the 32 are the pixel's, 2 are kept for sums that overshoot. */
const precision = 22;

/** The output pixels from `out` on, where each reads, and weights in fixed point: `weights[at * stride + tap]` is for input `first[at] + tap`. */
interface Taps {
  readonly out: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly stride: number;
}

/** So many weights are held at a time: 8 MiB. */
const weightsHeld = 2 ** 21;

function* tapsOf({ start, length, ...axis }: Axis, kernel: Kernel): Generator<Taps, void, undefined> {
  const stretch = Math.max(axis.from / axis.to, 1);
  const stride = Math.ceil(kernel.support * stretch) * 2 + 1;
  const step = Math.min(length, Math.max(1, Math.floor(weightsHeld / stride)));
  const raw = new Float64Array(stride);
  for (let at = 0; at < length; at += step) {
    const outputs = Math.min(step, length - at);
    const first = new Int32Array(outputs);
    const count = new Int32Array(outputs);
    const weights = new Int32Array(outputs * stride);
    for (let place = 0; place < outputs; place++) {
      const range = reach({ start, length, ...axis }, kernel, start + at + place);
      const taps = range.end - range.start;
      let total = 0;
      for (let tap = 0; tap < taps; tap++) {
        raw[tap] = kernel.weight((tap + range.start - range.centre + 0.5) * (1 / stretch));
        total += raw[tap]!;
      }
      first[place] = range.start;
      count[place] = taps;
      for (let tap = 0; tap < taps; tap++) {
        const scaled = (total === 0 ? raw[tap]! : raw[tap]! / total) * 2 ** precision;
        weights[place * stride + tap] = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
      }
    }
    yield { out: at, first, count, weights, stride };
  }
}

const half = 1 << (precision - 1);

function toByte(sum: number): number {
  const value = sum >> precision;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Resamples within rows, of which those in `rows` are wanted. */
function alongRows(part: Part, { axis, kernel }: Resampling, rows: Range): Part {
  if (kernel === undefined) return cut(part, { left: axis.start, width: axis.length }, rows);
  const { width, data } = part;
  const output = new Uint8Array(3 * axis.length * rows.length);
  for (const { out, first, count, weights, stride } of tapsOf(axis, kernel)) {
    for (let y = 0; y < rows.length; y++) {
      const row = (y + rows.start - part.top) * width - part.left;
      for (let x = 0; x < first.length; x++) {
        let from = 3 * (row + first[x]!);
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
        const to = 3 * (y * axis.length + out + x);
        output[to] = toByte(red);
        output[to + 1] = toByte(green);
        output[to + 2] = toByte(blue);
      }
    }
  }
  return { ...rgbImage(output, axis.length, rows.length), left: axis.start, top: rows.start };
}

/** Resamples within columns, of which those in `columns` are wanted. */
function alongColumns(part: Part, { axis, kernel }: Resampling, columns: Range): Part {
  if (kernel === undefined) return cut(part, { left: columns.start, width: columns.length }, axis);
  const { width, data } = part;
  const row = 3 * columns.length;
  const output = new Uint8Array(row * axis.length);
  const sums = new Int32Array(row);
  for (const { out, first, count, weights, stride } of tapsOf(axis, kernel)) {
    for (let y = 0; y < first.length; y++) {
      sums.fill(half);
      for (let tap = 0; tap < count[y]!; tap++) {
        const weight = weights[y * stride + tap]!;
        const from = 3 * ((first[y]! + tap - part.top) * width + columns.start - part.left);
        for (let sample = 0; sample < row; sample++) sums[sample]! += weight * data[from + sample]!;
      }
      const to = (out + y) * row;
      for (let sample = 0; sample < row; sample++) output[to + sample] = toByte(sums[sample]!);
    }
  }
  return { ...rgbImage(output, columns.length, axis.length), left: columns.start, top: axis.start };
}

function cut(part: Part, { left, width }: Pick<Window, 'left' | 'width'>, { start: top, length: height }: Range): Part {
  if (width === part.width && height === part.height) return part;
  const output = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * ((y + top - part.top) * part.width + left - part.left);
    output.set(part.data.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { ...rgbImage(output, width, height), left, top };
}

function nearest({ width, data }: RgbImage, across: Axis, down: Axis): RgbImage {
  const columns = nearestPositions(across);
  const rows = nearestPositions(down);
  const output = new Uint8Array(3 * across.length * down.length);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = 3 * (row * width + column);
      output[to++] = data[from]!;
      output[to++] = data[from + 1]!;
      output[to++] = data[from + 2]!;
    }
  }
  return rgbImage(output, across.length, down.length);
}

/** Added up step by step, because PIL's rounding errors decide ties. */
function nearestPositions({ from, to, start, length }: Axis): Int32Array {
  const step = from / to;
  const positions = new Int32Array(length);
  let position = step * 0.5;
  for (let out = 0; out < start; out++) position += step;
  for (let out = 0; out < length; out++) {
    positions[out] = Math.min(Math.trunc(position), from - 1);
    position += step;
  }
  return positions;
}
