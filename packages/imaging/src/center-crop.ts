import { checkSize, rgbImage, type RgbImage, type Size } from './rgb-image.ts';

/** The middle `size` of an image with torchvision's rounding; where the image is smaller it is surrounded by black, transparent where it has alpha. */
export function centerCrop(image: RgbImage, size: Size): RgbImage {
  checkSize(size);
  const { left, top } = centerCropOffset(image, size);
  const data = new Uint8Array(3 * size.width * size.height);
  const alpha = image.alpha && new Uint8Array(size.width * size.height);
  const firstColumn = Math.max(0, -left);
  const columns = Math.min(size.width, image.width - left) - firstColumn;
  for (let y = Math.max(0, -top); y < Math.min(size.height, image.height - top); y++) {
    const from = (y + top) * image.width + firstColumn + left;
    const to = y * size.width + firstColumn;
    data.set(image.data.subarray(3 * from, 3 * (from + columns)), 3 * to);
    if (image.alpha !== undefined) alpha?.set(image.alpha.subarray(from, from + columns), to);
  }
  return rgbImage(data, size.width, size.height, alpha);
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
