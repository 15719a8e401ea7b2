import { float32, type PixelClassifier, type Tensor } from '@understory/core';
import { toUnitPixels, type RgbImage } from '@understory/imaging';
import { studyErrors } from '../errors.ts';

/** A prepared picture as `[1, 3, H, W]` in 0..1; throws PICTURE_SIZE_INVALID where it is not as large as the classifier's pictures. */
export function unitPixelsFor({ height, width }: PixelClassifier, picture: RgbImage): Tensor<'float32'> {
  if (picture.height !== height || picture.width !== width) {
    throw studyErrors.pictureSizeInvalid({ found: picture, expected: { height, width } });
  }
  return float32(toUnitPixels(picture), [1, 3, height, width]);
}
