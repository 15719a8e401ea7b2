import { float32, type Tensor } from '@understory/core';
import { centerCrop, centerCropOffset } from './center-crop.ts';
import { imagingErrors } from './errors.ts';
import { kernels, type Filter } from './filters.ts';
import { resizeWindow, type Window } from './resize.ts';
import { rgbImage, type RgbImage, type Size } from './rgb-image.ts';
import { shorterSideSize } from './shorter-side.ts';

/** What a model wants done to a picture, as plain data that a result can record. */
export interface Preprocessing {
  /** Absent where the picture keeps its size. */
  readonly resize?: Resize;
  /** Cut from the middle after resizing. */
  readonly crop?: Size;
  /** Multiplies each 8-bit sample, before the mean is taken off. */
  readonly rescale: number;
  /** One value a channel, in the order of the tensor's channels: blue first where `order` is `BGR`, alpha last. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** 1 turns the picture grey first, with PIL's weights; 4 is colour and alpha, 2 is grey and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly order: 'RGB' | 'BGR';
  readonly layout: 'NCHW' | 'NHWC';
}

export type Resize =
  | { readonly kind: 'shorterSide'; readonly length: number; readonly filter: Filter }
  | { readonly kind: 'exact'; readonly width: number; readonly height: number; readonly filter: Filter };

export interface Prepared {
  /** `[1, C, H, W]` or `[1, H, W, C]`. */
  readonly tensor: Tensor<'float32'>;
  /** What the tensor shows, before normalisation: the picture that overlays are drawn on. */
  readonly picture: RgbImage;
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
 * The tensor that a model is fed for a picture, and the resized and cropped picture that it shows; throws as `preprocess` does.
 * Only what the crop shows is computed, so that time and memory follow from the image and the crop, not from the size between.
 * Throws PICTURE_TOO_LARGE where the result has more than `largestPicture` pixels or is cut from more than `longestSide` a side.
 */
export function prepare(image: RgbImage, preprocessing: Preprocessing): Prepared {
  checkPreprocessing(preprocessing);
  const { resize, crop, channels } = preprocessing;
  const size = resize === undefined ? image : resizedSize(image, resize);
  checkLargest(size, crop);
  const coloured = channels <= 2 ? toGrey(image) : image;
  const seen = channels % 2 === 0 ? coloured : rgbImage(coloured.data, image.width, image.height);
  const resized = resize === undefined ? seen : resizeWindow(seen, size, resize.filter, cropWindow(size, crop));
  const picture = crop === undefined ? resized : centerCrop(resized, crop);
  return { tensor: normalise(picture, preprocessing), picture };
}

function resizedSize(image: Size, how: Resize): Size {
  return how.kind === 'exact' ? { width: how.width, height: how.height } : shorterSideSize(image, how.length);
}

function checkLargest(size: Size, crop: Size = size): void {
  if (Math.max(size.width, size.height) > longestSide) {
    throw imagingErrors.preparedTooLarge('The resized picture', size, `at most ${longestSide} pixels a side`);
  }
  if (crop.width * crop.height > largestPicture) {
    throw imagingErrors.preparedTooLarge('The prepared picture', crop, `at most ${largestPicture} pixels`);
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
export function checkPreprocessing({ resize: size, crop, rescale, mean, std, channels }: Preprocessing): void {
  if (size?.kind === 'shorterSide') check('resize.length', size.length, isSide, sideExpected);
  if (size?.kind === 'exact') {
    check('resize.width', size.width, isSide, sideExpected);
    check('resize.height', size.height, isSide, sideExpected);
  }
  if (size !== undefined) check('resize.filter', size.filter, isFilter, `one of ${filters.join(', ')}`);
  if (crop !== undefined) {
    check('crop.width', crop.width, isSide, sideExpected);
    check('crop.height', crop.height, isSide, sideExpected);
  }
  check('channels', channels, (value) => [1, 2, 3, 4].includes(value), '1, 2, 3 or 4');
  check('rescale', rescale, Number.isFinite, 'a number');
  check('mean', mean, (values) => values.length === channels && values.every(Number.isFinite), numbers(channels));
  check(
    'std',
    std,
    (values) => values.length === channels && values.every((value) => value > 0 && Number.isFinite(value)),
    `${numbers(channels)}, each above 0`,
  );
}

const filters: readonly string[] = ['nearest', ...Object.keys(kernels)];
const sideExpected = 'a whole number of pixels above 0';

function isSide(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function isFilter(value: string): boolean {
  return filters.includes(value);
}

function numbers(channels: number): string {
  return channels === 1 ? 'one number' : `${channels} numbers, one a channel`;
}

function check<T>(field: string, value: T, holds: (value: T) => boolean, expected: string): void {
  if (!holds(value))
    throw imagingErrors.invalidPreprocessing(field, value, expected, 'Correct the preprocessing record.');
}
