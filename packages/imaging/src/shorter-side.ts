import type { Filter } from './filters.ts';
import { resize } from './resize.ts';
import type { RgbImage, Size } from './rgb-image.ts';

/** Resizes so that the shorter side has `length` pixels and the proportions stay, with torchvision's rounding. */
export function shorterSide(image: RgbImage, length: number, filter: Filter): RgbImage {
  return resize(image, shorterSideSize(image, length), filter);
}

/** The size that `shorterSide` gives: the longer side is rounded down. */
export function shorterSideSize({ width, height }: Size, length: number): Size {
  return width <= height
    ? { width: length, height: Math.trunc((length * height) / width) }
    : { width: Math.trunc((length * width) / height), height: length };
}

/** The shorter side to resize to before a square of `crop` pixels is cut out that keeps `fraction` (0..1] of it: timm's `crop_pct`. */
export function shorterSideForCropFraction(crop: number, fraction: number): number {
  if (!(fraction > 0 && fraction <= 1)) throw new RangeError(`a crop fraction lies in (0, 1], found ${fraction}`);
  return Math.trunc(crop / fraction);
}
