import { checkPixels, largestImage, type DecodeOptions } from './check-image-file.ts';
import { decodeNpy, type NpyArray } from './decode-npy.ts';
import { imagingErrors } from './errors.ts';
import type { RgbImage, SampleArray } from './rgb-image.ts';
import { viewOf } from './sample-array.ts';

/** How many 8-bit levels a sample of one is. */
const levels: Readonly<Record<string, number>> = { '|u1': 1, '<u2': 1 / 257, '<f4': 255 };

/**
 * A NumPy file `[H, W]`, `[H, W, C]` or `[C, H, W]` as a picture: uint8, uint16 (65535 is full light) or float32 in 0..1.
 * Which axis holds the channels is settled when the picture is prepared for a model; until then it is the shorter of the two ends.
 * Throws IMAGE_ARRAY_INVALID and IMAGE_TOO_LARGE.
 */
export function decodeNpyImage(
  bytes: Uint8Array,
  name: string,
  { maxPixels = largestImage }: DecodeOptions = {},
): RgbImage {
  const { dims, type, data } = read(bytes, name);
  const scale = levels[type];
  if (scale === undefined) throw imagingErrors.arrayInvalid(name, `values of the type ${type}`);
  const [first = 0, second = 0, third = 1] = dims;
  if (dims.length !== 2 && dims.length !== 3) {
    throw imagingErrors.arrayInvalid(name, `${dims.length} axes: [${dims.join(', ')}]`);
  }
  if (data.length === 0) throw imagingErrors.arrayInvalid(name, `no samples: [${dims.join(', ')}]`);
  const isFirst = dims.length === 3 && first < third;
  const size = isFirst ? { height: second, width: third } : { height: first, width: second };
  checkPixels(name, size, maxPixels);
  const outside = type === '<f4' ? data.find((value) => !(value >= 0 && value <= 1)) : undefined;
  if (outside !== undefined) throw imagingErrors.arrayInvalid(name, `a value of ${outside}`);
  const samples: SampleArray = { dims: [first, second, third], data: data.map((value) => value * scale) };
  return viewOf(samples, isFirst ? first : third);
}

function read(bytes: Uint8Array, name: string): NpyArray {
  try {
    return decodeNpy(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw imagingErrors.arrayInvalid(name, error.message);
    throw error;
  }
}
