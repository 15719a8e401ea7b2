import { float32, type Tensor } from '@understory/core';
import { centerCrop } from './center-crop.ts';
import { imagingErrors } from './errors.ts';
import { kernels, type Filter } from './filters.ts';
import { resize } from './resize.ts';
import { rgbImage, type RgbImage, type Size } from './rgb-image.ts';
import { shorterSide } from './shorter-side.ts';

/** What a model wants done to a picture, as plain data that a result can record. */
export interface Preprocessing {
  /** Absent where the picture keeps its size. */
  readonly resize?: Resize;
  /** Cut from the middle after resizing. */
  readonly crop?: Size;
  /** Multiplies each 8-bit sample, before the mean is taken off. */
  readonly rescale: number;
  /** One value a channel, in the order of the tensor's channels. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** 1 turns the picture grey first, with PIL's weights. */
  readonly channels: 1 | 3;
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

/** The tensor that a model is fed for a picture, and the resized and cropped picture that it shows; throws as `preprocess` does. */
export function prepare(image: RgbImage, preprocessing: Preprocessing): Prepared {
  checkPreprocessing(preprocessing);
  const coloured = preprocessing.channels === 1 ? toGrey(image) : image;
  const resized = preprocessing.resize === undefined ? coloured : resizeAs(coloured, preprocessing.resize);
  const picture = preprocessing.crop === undefined ? resized : centerCrop(resized, preprocessing.crop);
  return { tensor: normalise(picture, preprocessing), picture };
}

function resizeAs(image: RgbImage, how: Resize): RgbImage {
  return how.kind === 'exact' ? resize(image, how, how.filter) : shorterSide(image, how.length, how.filter);
}

/** The picture in grey by PIL's integer form of ITU-R 601 luma, all three channels alike. */
export function toGrey({ width, height, data }: RgbImage): RgbImage {
  const grey = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    grey.fill((data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16, at, at + 3);
  }
  return rgbImage(grey, width, height);
}

function normalise(
  { width, height, data }: RgbImage,
  { rescale, mean, std, channels, order, layout }: Preprocessing,
): Tensor<'float32'> {
  const pixels = width * height;
  const output = new Float32Array(channels * pixels);
  for (let channel = 0; channel < channels; channel++) {
    const source = order === 'BGR' && channels === 3 ? 2 - channel : channel;
    const levels = Float32Array.from({ length: 256 }, (_, level) => (level * rescale - mean[channel]!) / std[channel]!);
    const [start, step] = layout === 'NCHW' ? [channel * pixels, 1] : [channel, channels];
    for (let pixel = 0; pixel < pixels; pixel++) {
      output[start + pixel * step] = levels[data[3 * pixel + source]!]!;
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
  check('channels', channels, (value) => value === 1 || value === 3, '1 or 3');
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
