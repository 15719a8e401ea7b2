import type { PixelSubject, Tensor } from '@understory/core';
import { fixedSize, prepare, type Preprocessing, type RgbImage } from '@understory/imaging';
import { unitPixelsFor } from './unit-pixels-for.ts';

/** A prepared picture with the subject that takes it: pictures that are not cropped differ in size, and padded ones in where they lie. */
export interface FramedPixels {
  readonly subject: PixelSubject;
  readonly picture: RgbImage;
  /** `[1, C, H, W]` in 0..1. */
  readonly pixels: Tensor<'float32'>;
}

/** A picture as a subject takes it, and that subject for pictures of its size and padding. Throws PICTURE_SIZE_INVALID where the subject takes one size. */
export function framedPixels(subject: PixelSubject, image: RgbImage, preprocessing: Preprocessing): FramedPixels {
  const { picture, pixelMask } = prepare(image, preprocessing);
  const isOpen = subject.subject.picture.size === undefined && fixedSize(preprocessing) === undefined;
  const size = isOpen ? picture : subject;
  const isSame = size.width === subject.width && size.height === subject.height && !pixelMask.includes(0);
  const own = isSame && subject.mask === undefined ? subject : subject.framed(size, pixelMask);
  return { subject: own, picture, pixels: unitPixelsFor(own, picture) };
}

/** What tells frames apart: pictures of one size and padding have one. */
export function frameKey({ width, height, frame }: PixelSubject): string {
  return [width, height, frame.x, frame.y, frame.width, frame.height].join(' ');
}
