import sharp from 'sharp';
import { imagingErrors } from './errors.ts';
import { endsEarly, identify, statedSize } from './image-header.ts';
import { rgbImage, type RgbImage } from './rgb-image.ts';

/**
 * Decodes a JPEG, PNG or WebP file into 8-bit RGB, upright by its EXIF orientation.
 *
 * Agrees with PIL's `ImageOps.exif_transpose(image).convert('RGB')`: alpha is dropped, not composited, so the colours under
 * transparent pixels show; grey is repeated; CMYK is converted without its profile; embedded colour profiles are ignored;
 * of an animation the first frame counts. 16-bit samples keep their high byte, also in grey pictures, where PIL saturates
 * to white. `name` is only used in messages. Throws an UnderstoryError where the bytes are not such a file.
 */
export async function decodeImage(bytes: Uint8Array, name = '(unnamed)'): Promise<RgbImage> {
  if (bytes.length === 0) throw imagingErrors.empty(name);
  const file = identify(bytes);
  if (file.kind === 'unsupported') throw imagingErrors.unsupportedFormat(name, file.name);
  if (file.kind === 'notAnImage') throw imagingErrors.notAnImage(name, file.description);
  const size = statedSize(bytes, file.format);
  if (size !== undefined && size.width * size.height === 0) {
    throw imagingErrors.zeroSize(name, size.width, size.height);
  }
  if (endsEarly(bytes, file.format)) throw imagingErrors.truncated(name, bytes.length);
  try {
    return await decode(bytes);
  } catch (error) {
    if (error instanceof Error && /premature end|truncated/i.test(error.message)) {
      throw imagingErrors.truncated(name, bytes.length, error);
    }
    throw imagingErrors.notDecoded(name, error);
  }
}

async function decode(bytes: Uint8Array): Promise<RgbImage> {
  const picture = sharp(bytes, { failOn: 'error', ignoreIcc: true, autoOrient: true });
  const { space } = await picture.metadata();
  const inks = space === 'cmyk';
  if (inks) picture.pipelineColourspace('cmyk').toColourspace('cmyk');
  const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return rgbImage(inks ? fromCmyk(data) : fromChannels(data, channels), width, height);
}

/** Colour comes before alpha in a pixel, and one or two channels are grey. */
function fromChannels(samples: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(samples.buffer, samples.byteOffset, samples.length);
  const pixels = samples.length / channels;
  const green = channels >= 3 ? 1 : 0;
  const rgb = new Uint8Array(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * channels;
    rgb[3 * pixel] = samples[from]!;
    rgb[3 * pixel + 1] = samples[from + green]!;
    rgb[3 * pixel + 2] = samples[from + 2 * green]!;
  }
  return rgb;
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
