import { UnderstoryError } from '@understory/core';
import sharp from 'sharp';
import { checkImageFile, checkPixels, largestImage, type DecodeOptions } from '../check-image-file.ts';
import { isNpy } from '../decode-npy.ts';
import { decodeNpyImage } from '../decode-npy-image.ts';
import { imagingErrors } from '../errors.ts';
import { rgbImage, type RgbImage, type Size } from '../rgb-image.ts';

/**
 * Decodes a JPEG, PNG or WebP file, or a NumPy array as `decodeNpyImage` does, into 8-bit RGB, upright by its EXIF orientation.
 *
 * Agrees with PIL's `ImageOps.exif_transpose(image).convert('RGB')`: alpha is not composited, so the colours under
 * transparent pixels show, and is kept beside them where some pixel is not opaque; grey is repeated; CMYK is converted without its profile; embedded colour profiles are ignored;
 * of an animation the first frame counts. 16-bit samples keep their high byte, also in grey pictures, where PIL saturates
 * to white. `name` is only used in messages. Throws an UnderstoryError where the bytes are not such a file, and
 * IMAGE_TOO_LARGE before anything is decoded where the header states more pixels than `maxPixels`.
 */
export async function decodeImage(
  bytes: Uint8Array,
  name = '(unnamed)',
  { maxPixels = largestImage }: DecodeOptions = {},
): Promise<RgbImage> {
  if (isNpy(bytes)) return decodeNpyImage(bytes, name, { maxPixels });
  checkImageFile(bytes, name, maxPixels);
  try {
    return await decode(bytes, (found) => checkPixels(name, found, maxPixels));
  } catch (error) {
    if (error instanceof UnderstoryError) throw error;
    if (error instanceof Error && /premature end|truncated/i.test(error.message)) {
      throw imagingErrors.truncated(name, bytes.length, error);
    }
    throw imagingErrors.notDecoded(name, error);
  }
}

async function decode(bytes: Uint8Array, check: (size: Size) => void): Promise<RgbImage> {
  // The limit is ours, so that the error can name it.
  const picture = sharp(bytes, { failOn: 'error', ignoreIcc: true, autoOrient: true, limitInputPixels: false });
  const stated = await picture.metadata();
  check(stated);
  const inks = stated.space === 'cmyk';
  if (inks) picture.pipelineColourspace('cmyk').toColourspace('cmyk');
  const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return inks ? rgbImage(fromCmyk(data), width, height) : fromChannels(data, info, channels);
}

/** Colour comes before alpha in a pixel, and one or two channels are grey. */
function fromChannels(samples: Uint8Array, { width, height }: Size, channels: number): RgbImage {
  if (channels === 3) {
    return rgbImage(new Uint8Array(samples.buffer, samples.byteOffset, samples.length), width, height);
  }
  const pixels = samples.length / channels;
  const green = channels >= 3 ? 1 : 0;
  const rgb = new Uint8Array(3 * pixels);
  const alpha = channels % 2 === 0 ? new Uint8Array(pixels) : undefined;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * channels;
    rgb[3 * pixel] = samples[from]!;
    rgb[3 * pixel + 1] = samples[from + green]!;
    rgb[3 * pixel + 2] = samples[from + 2 * green]!;
    if (alpha !== undefined) alpha[pixel] = samples[from + channels - 1]!;
  }
  const isOpaque = alpha === undefined || alpha.every((level) => level === 255);
  return rgbImage(rgb, width, height, isOpaque ? undefined : alpha);
}

function fromCmyk(inks: Uint8Array): Uint8Array {
  const pixels = inks.length / 4;
  const rgb = new Uint8Array(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const light = 255 - inks[4 * pixel + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      const product = inks[4 * pixel + channel]! * light + 128;
      rgb[3 * pixel + channel] = light - ((product + (product >> 8)) >> 8);
    }
  }
  return rgb;
}
