import { checkSize, rgbImage, type RgbImage, type Size } from './rgb-image.ts';

/** The middle `size` of an image with torchvision's rounding; where the image is smaller it is surrounded by black. */
export function centerCrop(image: RgbImage, size: Size): RgbImage {
  checkSize(size);
  const { left, top } = centerCropOffset(image, size);
  const output = new Uint8Array(3 * size.width * size.height);
  const firstColumn = Math.max(0, -left);
  const columns = Math.min(size.width, image.width - left) - firstColumn;
  for (let y = Math.max(0, -top); y < Math.min(size.height, image.height - top); y++) {
    const from = 3 * ((y + top) * image.width + firstColumn + left);
    output.set(image.data.subarray(from, from + 3 * columns), 3 * (y * size.width + firstColumn));
  }
  return rgbImage(output, size.width, size.height);
}

/** Where the window of `centerCrop` begins in the image, in pixels; negative where the image is smaller. */
export function centerCropOffset(image: Size, size: Size): { readonly left: number; readonly top: number } {
  return { left: offset(image.width, size.width), top: offset(image.height, size.height) };
}

/** Where the crop begins in the image, negative where it is larger: torchvision pads first, then halves the rest to the nearest even number. */
function offset(imageLength: number, cropLength: number): number {
  const excess = imageLength - cropLength;
  if (excess < 0) return -Math.floor(-excess / 2);
  const rounded = Math.floor(excess / 2);
  return excess % 2 === 1 && rounded % 2 === 1 ? rounded + 1 : rounded;
}
