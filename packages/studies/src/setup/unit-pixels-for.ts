import { float32, type PixelSubject, type Tensor } from '@understory/core';
import { toUnitPixels, type RgbImage } from '@understory/imaging';
import { studyErrors } from '../errors.ts';

/** A prepared picture as pixels `[1, C, H, W]` in 0..1 of the channels that a subject takes; throws PICTURE_SIZE_INVALID where it is not of the subject's size. */
export function unitPixelsFor(
  { channels, height, width }: Pick<PixelSubject, 'channels' | 'height' | 'width'>,
  picture: RgbImage,
): Tensor<'float32'> {
  if (picture.height !== height || picture.width !== width) {
    throw studyErrors.pictureSizeInvalid({ found: picture, expected: { height, width } });
  }
  return float32(toUnitPixels(picture, channels), [1, channels, height, width]);
}
