import type { ImageInput } from './image-input.ts';

/** The mean colour of one image, one number a channel; `pixels` are the `size` elements of its sample, as the input lays them out. */
export function channelMeans(
  pixels: Float32Array,
  { channels, height, width, channelStride, pixelStride }: ImageInput,
): readonly number[] {
  const places = height * width;
  return Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let place = 0; place < places; place += 1) sum += pixels[channel * channelStride + place * pixelStride]!;
    return sum / places;
  });
}
