import { checkImageFile, checkPixels, largestImage, type DecodeOptions } from '../check-image-file.ts';
import { isNpy } from '../decode-npy.ts';
import { decodeNpyImage } from '../decode-npy-image.ts';
import { imagingErrors } from '../errors.ts';
import type { ImageCodec } from '../image-codec.ts';
import { takeWebpOrientation, turned } from '../exif-orientation.ts';
import { hasEndOfImage } from '../image-header.ts';
import { rgbImage, type RgbImage } from '../rgb-image.ts';
import { straightPixels } from './straight-pixels.ts';

/** Pictures in a browser, in its window or in a worker; `decode` throws as `decodeImage` does. */
export const canvasCodec: ImageCodec = { decode: (bytes, name) => decodeImage(bytes, name), encodePng };

/** A canvas has limits that a picture need not have, so that it is read in squares of at most this side. */
const tile = 4096;

/**
 * Decodes a JPEG, PNG or WebP file, or a NumPy array as `decodeNpyImage` does, into 8-bit RGB, upright by its EXIF orientation, with what decodes pictures in the browser.
 *
 * Nothing is scaled, embedded colour profiles are ignored, and the colours under transparent pixels are kept.
 * A canvas multiplies colours by alpha, which cannot be undone: pictures with alpha are read through WebGL 2 instead.
 * Throws an UnderstoryError where the bytes are not such a file, and IMAGE_TOO_LARGE where there are more pixels than `maxPixels`.
 */
export async function decodeImage(
  bytes: Uint8Array,
  name = '(unnamed)',
  { maxPixels = largestImage }: DecodeOptions = {},
): Promise<RgbImage> {
  if (isNpy(bytes)) return decodeNpyImage(bytes, name, { maxPixels });
  const format = checkImageFile(bytes, name, maxPixels);
  // Browsers show what there is of a picture that is cut off.
  if (format === 'jpeg' && !hasEndOfImage(bytes)) throw imagingErrors.truncated(name, bytes.length);
  const copy = new Uint8Array(bytes);
  // Some browsers turn a WebP by its orientation and some do not; none turns one that says it is upright.
  const orientation = format === 'webp' ? takeWebpOrientation(copy) : 1;
  const file = new Blob([copy], { type: `image/${format}` });
  const bitmap = await createImageBitmap(file, {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  }).catch((cause: unknown) => {
    throw imagingErrors.notDecoded(name, cause);
  });
  try {
    checkPixels(name, bitmap, maxPixels);
    return turned(await pixelsOf(bitmap, name), orientation);
  } finally {
    bitmap.close();
  }
}

async function pixelsOf(bitmap: ImageBitmap, name: string): Promise<RgbImage> {
  const { width, height } = bitmap;
  const data = new Uint8Array(3 * width * height);
  let alpha: Uint8Array | undefined;
  for (let top = 0; top < height; top += tile) {
    for (let left = 0; left < width; left += tile) {
      const [columns, rows] = [Math.min(tile, width - left), Math.min(tile, height - top)];
      const { context } = canvas(columns, rows);
      context.drawImage(bitmap, -left, -top);
      let samples: Uint8Array | Uint8ClampedArray = context.getImageData(0, 0, columns, rows).data;
      if (isTransparent(samples)) {
        samples = await straightPixels(bitmap, { left, top, width: columns, height: rows }, name);
        alpha ??= new Uint8Array(width * height).fill(255);
      }
      for (let at = 0; at < columns * rows; at++) {
        const pixel = (top + Math.floor(at / columns)) * width + left + (at % columns);
        for (let channel = 0; channel < 3; channel++) data[3 * pixel + channel] = samples[4 * at + channel]!;
        if (alpha !== undefined) alpha[pixel] = samples[4 * at + 3]!;
      }
    }
  }
  return rgbImage(data, width, height, alpha);
}

function isTransparent(samples: ArrayLike<number>): boolean {
  for (let at = 3; at < samples.length; at += 4) if (samples[at] !== 255) return true;
  return false;
}

/** The bytes of a PNG file with exactly these pixels; throws a RangeError where the browser has no canvas of that size. */
export async function encodePng({ data, width, height }: RgbImage): Promise<Uint8Array> {
  const samples = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) samples[4 * pixel + channel] = data[3 * pixel + channel]!;
  }
  const { surface, context } = canvas(width, height);
  context.putImageData(new ImageData(samples, width, height), 0, 0);
  const file = await surface.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await file.arrayBuffer());
}

/** A canvas that is read back, not shown: kept in memory, where no graphics card rounds its colours. */
function canvas(width: number, height: number) {
  const surface = new OffscreenCanvas(width, height);
  const context = surface.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  if (context === null) throw new RangeError(`there is no canvas of ${width} x ${height} pixels`);
  return { surface, context };
}
