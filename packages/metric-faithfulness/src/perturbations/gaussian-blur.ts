import { errors } from '@understory/core';
import { filterPlane, gaussianKernel } from '@understory/imaging';
import type { Perturbation } from './perturbation.ts';

/**
 * Every pixel is replaced by what a Gaussian makes of its surroundings, as torchvision's `GaussianBlur(kernel, sigma)` does.
 *
 * `kernel` is the side of the window in pixels and odd, `sigma` in pixels; edges are reflected. Throws OPTION_INVALID.
 */
export function gaussianBlur({ kernel, sigma }: { readonly kernel: number; readonly sigma: number }): Perturbation {
  if (kernel % 2 !== 1) {
    throw errors.optionInvalid({ of: 'A Gaussian blur', option: 'kernel', found: kernel, expected: 'an odd number' });
  }
  const weights = gaussianKernel(kernel, sigma);
  return (pixels, { channels, height, width, channelStride, pixelStride }) => {
    const blurred = new Float32Array(pixels.length);
    const plane = new Float64Array(height * width);
    for (let channel = 0; channel < channels; channel += 1) {
      const start = channel * channelStride;
      for (let place = 0; place < plane.length; place += 1) plane[place] = pixels[start + place * pixelStride]!;
      filterPlane(plane, height, width, weights).forEach((value, place) => {
        blurred[start + place * pixelStride] = value;
      });
    }
    return { kind: 'picture', pixels: blurred };
  };
}
