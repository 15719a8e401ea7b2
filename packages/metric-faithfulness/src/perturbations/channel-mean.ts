import { channelMeans } from '@understory/core';
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
