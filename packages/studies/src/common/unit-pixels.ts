import { float32, type PixelSubject, type Tensor } from '@understory/core';
import { toUnitPixels, type RgbImage } from '@understory/imaging';

/** What a network sees, before normalisation, as pixels `[1, C, H, W]` in 0..1 of the channels that it takes. */
export function unitPixelsOf(picture: RgbImage, { channels }: Pick<PixelSubject, 'channels'>): Tensor<'float32'> {
  return float32(toUnitPixels(picture, channels), [1, channels, picture.height, picture.width]);
}
