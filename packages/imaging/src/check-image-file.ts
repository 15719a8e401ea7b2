import { imagingErrors } from './errors.ts';
import { endsEarly, identify, statedSize, type ReadableFormat } from './image-header.ts';
import type { Size } from './rgb-image.ts';

/** The most pixels of a picture that are decoded unless more are allowed, 178,956,970: where Pillow sees a decompression bomb. */
export const largestImage = 2 * Math.floor(2 ** 28 / 3);

export interface DecodeOptions {
  /** `largestImage` where absent; decoding takes three bytes a pixel, four with alpha. */
  readonly maxPixels?: number;
}

/** What a file is, by its header alone; throws an UnderstoryError where it is no picture, ends early or states more pixels than `maxPixels`. */
export function checkImageFile(bytes: Uint8Array, name: string, maxPixels: number): ReadableFormat {
  if (bytes.length === 0) throw imagingErrors.empty(name);
  const file = identify(bytes);
  if (file.kind === 'unsupported') throw imagingErrors.unsupportedFormat(name, file.name);
  if (file.kind === 'notAnImage') throw imagingErrors.notAnImage(name, file.description);
  const size = statedSize(bytes, file.format);
  if (size !== undefined) checkPixels(name, size, maxPixels);
  if (endsEarly(bytes, file.format)) throw imagingErrors.truncated(name, bytes.length);
  return file.format;
}

/** Throws IMAGE_ZERO_SIZE where a side has no pixels, IMAGE_TOO_LARGE where there are more than `maxPixels`. */
export function checkPixels(name: string, { width, height }: Size, maxPixels: number): void {
  if (width * height === 0) throw imagingErrors.zeroSize(name, width, height);
  if (width * height > maxPixels) throw imagingErrors.tooLarge(name, { width, height }, maxPixels);
}
