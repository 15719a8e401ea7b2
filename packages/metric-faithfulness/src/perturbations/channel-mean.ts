import type { ImageInput } from '@understory/core';
import type { Perturbation } from './perturbation.ts';

/** Every pixel is replaced by the mean colour of its picture. */
export const channelMean: Perturbation = (pixels, input) => {
  const means = channelMeans(pixels, input);
  const replaced = new Float32Array(pixels.length);
  means.forEach((mean, channel) => {
    for (let place = 0; place < input.height * input.width; place += 1) {
      replaced[channel * input.channelStride + place * input.pixelStride] = mean;
    }
  });
  return { kind: 'picture', pixels: replaced };
};

/** One mean a channel. */
export function channelMeans(
  pixels: Float32Array,
  { channels, height, width, channelStride, pixelStride }: ImageInput,
): readonly number[] {
  return Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let place = 0; place < height * width; place += 1)
      sum += pixels[channel * channelStride + place * pixelStride]!;
    return sum / (height * width);
  });
}
