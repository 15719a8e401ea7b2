import { imagingErrors } from './errors.ts';
import { kernels, type Filter } from './filters.ts';
import type { Placement } from './placement.ts';
import { rgbImage, type RgbImage, type SampleArray, type Size } from './rgb-image.ts';
import type { Window } from './rgb-image.ts';

/** The samples of a picture as `[channels, height, width]`; throws IMAGE_CHANNELS_INVALID where neither end has so many, or both do. */
export function planesOf({ dims, data }: SampleArray, channels: number): SampleArray {
  const [first, second, third] = dims;
  const shape = `an array [${dims.join(', ')}]`;
  if (first === channels && third === channels) {
    throw imagingErrors.channelsDoNotFit(`${shape}, whose channels may be at either end`, channels);
  }
  if (first === channels) return { dims, data };
  if (third !== channels) throw imagingErrors.channelsDoNotFit(shape, channels);
  const size = first * second;
  const planes = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) planes[(at % channels) * size + Math.trunc(at / channels)] = data[at]!;
  return { dims: [channels, first, second], data: planes };
}

/** A picture that shows the first three channels as red, green and blue, or the first one in grey where there are fewer; it keeps the samples. */
export function viewOf(samples: SampleArray, channels: number): RgbImage {
  const { dims, data } = samples;
  const isFirst = dims[0] === channels;
  const [height, width] = isFirst ? [dims[1], dims[2]] : [dims[0], dims[1]];
  const size = height * width;
  const view = new Uint8Array(3 * size);
  for (let place = 0; place < size; place++) {
    for (let colour = 0; colour < 3; colour++) {
      const channel = channels < 3 ? 0 : colour;
      const level = data[isFirst ? channel * size + place : place * channels + channel]!;
      view[3 * place + colour] = Math.min(255, Math.max(0, Math.round(level)));
    }
  }
  return { ...rgbImage(view, width, height), samples };
}

interface PlanePlacement {
  readonly placement: Placement;
  /** The part of the resized picture that is computed. */
  readonly window: Window;
  /** Where the window lies in the cropped picture. */
  readonly at: { readonly left: number; readonly top: number };
  readonly filter: Filter;
  /** Of the padding, a level for each channel. */
  readonly fill: readonly number[];
}

/**
 * Planes resized, cropped and padded as pictures are, in floating point as Pillow does for its mode F: nothing is rounded to levels.
 * What a crop shows beyond the picture is 0.
 */
export function placePlanes(
  { dims: [channels, height, width], data }: SampleArray,
  { placement, window, at, filter, fill }: PlanePlacement,
): SampleArray {
  const { resized, cropped, size, padding } = placement;
  const area = size.height * size.width;
  const placed = new Float32Array(channels * area);
  const columns = tapsOf({ from: width, to: resized.width, start: window.left, length: window.width }, filter);
  const rows = tapsOf({ from: height, to: resized.height, start: window.top, length: window.height }, filter);
  for (let channel = 0; channel < channels; channel++) {
    const own = placed.subarray(channel * area, (channel + 1) * area).fill(fill[channel]!);
    fillInside(own, size, { ...cropped, ...padding });
    const plane = data.subarray(channel * height * width, (channel + 1) * height * width);
    const across = resample(plane, { lines: height, lineStep: width, step: 1 }, columns);
    // Lines of columns, one for each column of the window.
    const down = resample(across, { lines: window.width, lineStep: 1, step: window.width }, rows);
    for (let y = 0; y < window.height; y++) {
      for (let x = 0; x < window.width; x++) {
        const to = (y + at.top + padding.top) * size.width + x + at.left + padding.left;
        own[to] = Math.min(255, Math.max(0, down[x * window.height + y]!));
      }
    }
  }
  return { dims: [channels, size.height, size.width], data: placed };
}

function fillInside(plane: Float32Array, size: Size, inside: Window): void {
  for (let y = inside.top; y < inside.top + inside.height; y++) {
    const start = y * size.width + inside.left;
    plane.fill(0, start, start + inside.width);
  }
}

interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/** What each wanted place of an axis is made of. */
function tapsOf(
  { from, to, start, length }: Readonly<Record<'from' | 'to' | 'start' | 'length', number>>,
  filter: Filter,
): readonly Tap[] {
  const scale = from / to;
  return Array.from({ length }, (_, place): Tap => {
    const out = start + place;
    const centre = (out + 0.5) * scale;
    if (from === to) return { first: out, weights: [1] };
    if (filter === 'nearest') return { first: Math.min(Math.trunc(centre), from - 1), weights: [1] };
    const isPlain = filter === 'opencvLinear';
    if (isPlain) {
      const left = Math.min(Math.max(centre - 0.5, 0), from - 1);
      const first = Math.min(Math.trunc(left), Math.max(0, from - 2));
      return { first, weights: from === 1 ? [1] : [1 - (left - first), left - first] };
    }
    const kernel = kernels[filter];
    const stretch = Math.max(scale, 1);
    const support = kernel.support * stretch;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: end - first }, (__, tap) => kernel.weight((tap + first - centre + 0.5) / stretch));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: total === 0 ? raw : raw.map((weight) => weight / total) };
  });
}

/** Lines of a plane, each resampled and written one after the other. */
function resample(
  plane: Float32Array,
  { lines, lineStep, step }: Readonly<Record<'lines' | 'lineStep' | 'step', number>>,
  taps: readonly Tap[],
): Float32Array {
  const output = new Float32Array(lines * taps.length);
  for (let line = 0; line < lines; line++) {
    taps.forEach(({ first, weights }, place) => {
      let sum = 0;
      for (const [tap, weight] of weights.entries()) sum += weight * plane[line * lineStep + (first + tap) * step]!;
      output[line * taps.length + place] = sum;
    });
  }
  return output;
}
