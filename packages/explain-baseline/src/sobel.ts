import { imageMaps } from './image-maps.ts';

/**
 * Sobel: the edges of the image, the mean over channels of the length of its gradient.
 *
 * sqrt((K * x)^2 + (K^T * x)^2) with K = [1 2 1]^T [-1 0 1] and the border repeated. Sobel and Feldman 1968, "A 3x3 Isotropic
 * Gradient Operator for Image Processing"; as a baseline of explanations in Adebayo et al. 2018, "Sanity Checks for Saliency Maps".
 */
export const sobel = imageMaps((pixels, { height, width, channels, channelStride, pixelStride }) => {
  const map = new Float64Array(height * width);
  for (let channel = 0; channel < channels; channel += 1) {
    const at = (y: number, x: number) => {
      const row = Math.min(Math.max(y, 0), height - 1);
      const column = Math.min(Math.max(x, 0), width - 1);
      return pixels[channel * channelStride + (row * width + column) * pixelStride]!;
    };
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const column = (offset: number) => at(y - 1, x + offset) + 2 * at(y, x + offset) + at(y + 1, x + offset);
        const row = (offset: number) => at(y + offset, x - 1) + 2 * at(y + offset, x) + at(y + offset, x + 1);
        map[y * width + x]! += Math.hypot(column(1) - column(-1), row(1) - row(-1)) / channels;
      }
    }
  }
  return Float32Array.from(map);
});
