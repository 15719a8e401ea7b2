import { float32, type Tensor } from '@understory/core';
import { centerCrop, centerCropOffset } from './center-crop.ts';
import { imagingErrors } from './errors.ts';
import { filterNames } from './filters.ts';
import { placementOf, type Padding, type Placement, type PlacementSteps, type Resize } from './placement.ts';
import { resizeWindow } from './resize.ts';
import { rgbImage, type RgbImage, type SampleArray, type Size, type Window } from './rgb-image.ts';
import { placePlanes, planesOf, viewOf } from './sample-array.ts';

/** What a model wants done to a picture, as plain data that a result can record. */
export interface Preprocessing extends PlacementSteps {
  /** Multiplies each 8-bit sample, before the mean is taken off. */
  readonly rescale: number;
  /** One value a channel, in the order of the tensor's channels: blue first where `order` is `BGR`, alpha last. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /**
   * 1 turns the picture grey first, with PIL's weights; 4 is colour and alpha, 2 is grey and alpha. Arrays are taken as they are, and more
   * channels are those of arrays alone.
   */
  readonly channels: number;
  readonly order: 'RGB' | 'BGR';
  readonly layout: 'NCHW' | 'NHWC';
}

export interface Prepared {
  /** `[1, C, H, W]` or `[1, H, W, C]`. */
  readonly tensor: Tensor<'float32'>;
  /** What the tensor shows, before normalisation: the picture that overlays are drawn on. */
  readonly picture: RgbImage;
  /** `[H, W]`: 1 where the picture is, 0 where padding was put around it; what models with an input `pixel_mask` are fed. */
  readonly pixelMask: Uint8Array;
}

/** The tensor that a model is fed for a picture; throws an UnderstoryError where the preprocessing makes no sense. */
export function preprocess(image: RgbImage, preprocessing: Preprocessing): Tensor<'float32'> {
  return prepare(image, preprocessing).tensor;
}

/** The most pixels that a prepared picture may have, 67,108,864: its tensor takes 12 bytes a pixel. */
export const largestPicture = 2 ** 26;

/** The longest side that a picture may be resized to, of which the crop is then computed alone; Pillow has the same. */
export const longestSide = 2 ** 31 - 1;

/**
 * The tensor that a model is fed for a picture, and the resized, cropped and padded picture that it shows; throws as `preprocess` does.
 * Only what the crop shows is computed, so that time and memory follow from the image and the crop, not from the size between.
 * Where padding is filled after normalisation, the picture shows the level nearest to that value.
 * Throws PICTURE_TOO_LARGE where the result has more than `largestPicture` pixels or is cut from more than `longestSide` a side, and
 * what `placementOf` throws.
 */
export function prepare(image: RgbImage, preprocessing: Preprocessing): Prepared {
  checkPreprocessing(preprocessing);
  const { resize, crop, pad, channels } = preprocessing;
  if (image.samples !== undefined) return prepareSamples(image.samples, preprocessing);
  const placement = placementOf(image, preprocessing);
  checkLargest(placement);
  if (channels > 4) throw imagingErrors.channelsDoNotFit('a picture of at most 4 channels', channels);
  const coloured = channels <= 2 ? toGrey(image) : image;
  const seen = channels % 2 === 0 ? coloured : rgbImage(coloured.data, image.width, image.height);
  const { resized: size } = placement;
  const resized = resize === undefined ? seen : resizeWindow(seen, size, resize.filter, cropWindow(size, crop));
  const cropped = crop === undefined ? resized : centerCrop(resized, crop);
  const pixelMask = maskOf(placement);
  if (pad === undefined) return { tensor: normalise(cropped, preprocessing), picture: cropped, pixelMask };
  const picture = padded(cropped, placement, levelsOf(pad, preprocessing));
  const tensor = normalise(picture, preprocessing);
  if ('value' in pad.fill) fillOutside(tensor, pixelMask, pad.fill.value, preprocessing);
  return { tensor, picture, pixelMask };
}

/** As `prepare`, for what an array holds. */
function prepareSamples(samples: SampleArray, preprocessing: Preprocessing): Prepared {
  const { crop, pad, resize, channels, order, rescale, mean, std, layout } = preprocessing;
  const planes = planesOf(samples, channels);
  const [, height, width] = planes.dims;
  const placement = placementOf({ height, width }, preprocessing);
  checkLargest(placement);
  const { resized, size } = placement;
  const { left, top } = crop === undefined ? { left: 0, top: 0 } : centerCropOffset(resized, crop);
  // Channels of a network that takes blue first stand the other way round.
  const ofPixels = Array.from({ length: channels }, (_, channel) =>
    order === 'BGR' && channels > 2 && channel < 3 ? 2 - channel : channel,
  );
  const levelOf = (channel: number) =>
    pad === undefined
      ? 0
      : 'level' in pad.fill
        ? pad.fill.level
        : Math.min(255, Math.max(0, (pad.fill.value * std[channel]! + mean[channel]!) / rescale));
  const placed = placePlanes(planes, {
    ...{ placement, window: cropWindow(resized, crop), filter: resize?.filter ?? 'nearest' },
    at: { left: Math.max(0, -left), top: Math.max(0, -top) },
    fill: ofPixels.map(levelOf),
  });
  const area = size.width * size.height;
  const output = new Float32Array(channels * area);
  for (let channel = 0; channel < channels; channel++) {
    const [start, step] = layout === 'NCHW' ? [channel * area, 1] : [channel, channels];
    const from = ofPixels[channel]! * area;
    for (let pixel = 0; pixel < area; pixel++) {
      output[start + pixel * step] = (placed.data[from + pixel]! * rescale - mean[channel]!) / std[channel]!;
    }
  }
  const dims = layout === 'NCHW' ? [1, channels, size.height, size.width] : [1, size.height, size.width, channels];
  const tensor = float32(output, dims);
  const pixelMask = maskOf(placement);
  if (pad !== undefined && 'value' in pad.fill) fillOutside(tensor, pixelMask, pad.fill.value, preprocessing);
  return { tensor, picture: viewOf(placed, channels), pixelMask };
}

function checkLargest({ resized, cropped, size }: Placement): void {
  if (Math.max(resized.width, resized.height) > longestSide) {
    throw imagingErrors.preparedTooLarge('The resized picture', resized, `at most ${longestSide} pixels a side`);
  }
  for (const prepared of [cropped, size]) {
    if (prepared.width * prepared.height <= largestPicture) continue;
    throw imagingErrors.preparedTooLarge('The prepared picture', prepared, `at most ${largestPicture} pixels`);
  }
}

function maskOf({ cropped, size, padding }: Placement): Uint8Array {
  const mask = new Uint8Array(size.width * size.height);
  for (let y = padding.top; y < padding.top + cropped.height; y++) {
    const start = y * size.width + padding.left;
    mask.fill(1, start, start + cropped.width);
  }
  return mask;
}

/** The 8-bit red, green and blue of padding; for a value after normalisation the nearest that a picture can have. */
function levelsOf({ fill }: Padding, { rescale, mean, std, channels, order }: Preprocessing): readonly number[] {
  if ('level' in fill) return Array(3).fill(fill.level);
  return [0, 1, 2].map((colour) => {
    const channel = channels <= 2 ? 0 : order === 'BGR' ? 2 - colour : colour;
    const level = Math.round((fill.value * std[channel]! + mean[channel]!) / rescale);
    return Math.min(255, Math.max(0, level));
  });
}

/** The picture with padding around it, transparent where the picture has alpha. */
function padded(picture: RgbImage, { size, padding }: Placement, levels: readonly number[]): RgbImage {
  const data = new Uint8Array(3 * size.width * size.height);
  for (let at = 0; at < data.length; at++) data[at] = levels[at % 3]!;
  const alpha = picture.alpha && new Uint8Array(size.width * size.height);
  for (let y = 0; y < picture.height; y++) {
    const from = y * picture.width;
    const to = (y + padding.top) * size.width + padding.left;
    data.set(picture.data.subarray(3 * from, 3 * (from + picture.width)), 3 * to);
    if (picture.alpha !== undefined) alpha?.set(picture.alpha.subarray(from, from + picture.width), to);
  }
  return rgbImage(data, size.width, size.height, alpha);
}

function fillOutside(
  { data }: Tensor<'float32'>,
  mask: Uint8Array,
  value: number,
  { layout, channels }: Preprocessing,
): void {
  for (let at = 0; at < data.length; at++) {
    const pixel = layout === 'NCHW' ? at % mask.length : Math.trunc(at / channels);
    if (mask[pixel] === 0) data[at] = value;
  }
}

/** The part of a resized picture that the crop shows. */
function cropWindow(size: Size, crop: Size = size): Window {
  const { left, top } = centerCropOffset(size, crop);
  return {
    left: Math.max(0, left),
    top: Math.max(0, top),
    width: Math.min(size.width, crop.width),
    height: Math.min(size.height, crop.height),
  };
}

/** The picture in grey by PIL's integer form of ITU-R 601 luma, all three channels alike. */
export function toGrey({ width, height, data, alpha }: RgbImage): RgbImage {
  const grey = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    grey.fill((data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16, at, at + 3);
  }
  return rgbImage(grey, width, height, alpha);
}

function normalise(
  { width, height, data, alpha }: RgbImage,
  { rescale, mean, std, channels, order, layout }: Preprocessing,
): Tensor<'float32'> {
  const pixels = width * height;
  const output = new Float32Array(channels * pixels);
  const colours = channels <= 2 ? 1 : 3;
  for (let channel = 0; channel < channels; channel++) {
    const levels = Float32Array.from({ length: 256 }, (_, level) => (level * rescale - mean[channel]!) / std[channel]!);
    const [start, step] = layout === 'NCHW' ? [channel * pixels, 1] : [channel, channels];
    const source = order === 'BGR' && colours === 3 ? 2 - channel : channel;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const sample = channel < colours ? data[3 * pixel + source]! : (alpha?.[pixel] ?? 255);
      output[start + pixel * step] = levels[sample]!;
    }
  }
  return float32(output, layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels]);
}

/** Throws an UnderstoryError that names the first field of a preprocessing that makes no sense. */
export function checkPreprocessing({ resize, crop, pad, rescale, mean, std, channels }: Preprocessing): void {
  if (resize !== undefined) checkResize(resize);
  if (crop !== undefined) checkSides('crop', crop);
  if (pad !== undefined) checkPadding(pad);
  check('channels', channels, isSide, 'a whole number above 0');
  check('rescale', rescale, Number.isFinite, 'a number');
  check('mean', mean, (values) => values.length === channels && values.every(Number.isFinite), numbers(channels));
  check(
    'std',
    std,
    (values) => values.length === channels && values.every((value) => value > 0 && Number.isFinite(value)),
    `${numbers(channels)}, each above 0`,
  );
}

function checkResize(resize: Resize): void {
  checkOneOf('resize.kind', resize.kind, ['shorterSide', 'exact', 'fit', 'leastChange', 'own']);
  if (resize.kind === 'shorterSide') {
    check('resize.length', resize.length, isSide, sideExpected);
    if (resize.longest !== undefined) check('resize.longest', resize.longest, isSide, sideExpected);
  } else if (resize.kind !== 'own') checkSides('resize', resize);
  if (resize.kind === 'fit') checkOneOf('resize.rounding', resize.rounding, ['down', 'halfEven', 'halfUp']);
  if (resize.multiple !== undefined) {
    check('resize.multiple.of', resize.multiple.of, isSide, sideExpected);
    checkOneOf('resize.multiple.rounding', resize.multiple.rounding, ['down', 'up', 'nearest']);
  }
  checkOneOf('resize.filter', resize.filter, filterNames);
}

function checkPadding({ to, position, fill }: Padding): void {
  if ('multipleOf' in to) check('pad.to.multipleOf', to.multipleOf, isSide, sideExpected);
  else checkSides('pad.to', to);
  checkOneOf('pad.position', position, ['center', 'topLeft']);
  if ('level' in fill) {
    check(
      'pad.fill.level',
      fill.level,
      (value) => Number.isInteger(value) && value >= 0 && value <= 255,
      levelExpected,
    );
  } else check('pad.fill.value', fill.value, Number.isFinite, 'a number');
}

function checkSides(field: string, { width, height }: Size): void {
  check(`${field}.width`, width, isSide, sideExpected);
  check(`${field}.height`, height, isSide, sideExpected);
}

const sideExpected = 'a whole number of pixels above 0';
const levelExpected = 'a whole number from 0 to 255';

function isSide(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function checkOneOf(field: string, value: string, known: readonly string[]): void {
  check(field, value, (found) => known.includes(found), `one of ${known.join(', ')}`);
}

function numbers(channels: number): string {
  return channels === 1 ? 'one number' : `${channels} numbers, one a channel`;
}

function check<T>(field: string, value: T, holds: (value: T) => boolean, expected: string): void {
  if (!holds(value))
    throw imagingErrors.invalidPreprocessing(field, value, expected, 'Correct the preprocessing record.');
}
