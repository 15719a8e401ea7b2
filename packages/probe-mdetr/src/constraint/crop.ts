import { float32, type Box, type Tensor } from '@understory/core';
import { resample } from '@understory/imaging';
import { boundsOf } from './box-bounds.ts';

/** A picture and where in it there is one. */
interface Padded {
  /** `[1, C, H, W]` in 0..1. */
  readonly pixels: Tensor<'float32'>;
  /** `[H, W]`: 1 where the picture is; undefined where it is everywhere. */
  readonly mask?: Uint8Array | undefined;
}

/** What a crop is laid on, and where. */
export interface Ground {
  /** One value a channel, in 0..1. */
  readonly fill: readonly number[];
  /** Whether the model is told what is padding; the crop then lies in the top left corner as a padded picture does, else in the middle. */
  readonly isMasked: boolean;
}

/** What a box holds, as large as fits a picture of the same size with its aspect kept (bilinear); the rest is filled. */
export function cropped({ data, dims }: Tensor<'float32'>, box: Box, frame: Box, { fill, isMasked }: Ground): Padded {
  const [, channels = 0, height = 0, width = 0] = dims;
  const { left, top, right, bottom } = boundsOf(box, frame);
  const [wide, high] = [right - left, bottom - top];
  const scale = Math.min(width / wide, height / high);
  const size = { height: sideOf(high * scale, height), width: sideOf(wide * scale, width) };
  const startX = isMasked ? 0 : Math.floor((width - size.width) / 2);
  const startY = isMasked ? 0 : Math.floor((height - size.height) / 2);
  const pixels = new Float32Array(data.length);
  for (let channel = 0; channel < channels; channel += 1) {
    const start = channel * height * width;
    const part = new Float32Array(wide * high);
    for (let y = 0; y < high; y += 1) {
      const row = start + (top + y) * width + left;
      part.set(data.subarray(row, row + wide), y * wide);
    }
    pixels.fill(fill[channel] ?? 0, start, start + height * width);
    const large = resample({ height: high, width: wide, data: part }, size, 'bilinear');
    for (let y = 0; y < size.height; y += 1) {
      pixels.set(large.subarray(y * size.width, (y + 1) * size.width), start + (startY + y) * width + startX);
    }
  }
  const isWhole = size.height === height && size.width === width;
  return {
    pixels: float32(pixels, dims),
    mask: isWhole || !isMasked ? undefined : cornerMask(size, { height, width }),
  };
}

function sideOf(length: number, most: number): number {
  return Math.min(most, Math.max(1, Math.round(length)));
}

function cornerMask(
  size: { readonly height: number; readonly width: number },
  { height, width }: { readonly height: number; readonly width: number },
): Uint8Array {
  const mask = new Uint8Array(height * width);
  for (let y = 0; y < size.height; y += 1) mask.fill(1, y * width, y * width + size.width);
  return mask;
}
