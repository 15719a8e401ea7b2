import type { HeatMap, ImageInput } from '@understory/core';

/** The map of one sample from the values of its image's elements, the channels of each pixel folded from 0 by `fold`. */
export function overChannels(
  image: ImageInput,
  values: ArrayLike<number>,
  fold: (folded: number, value: number) => number,
): HeatMap {
  const { height, width, channels, channelStride, pixelStride } = image;
  const data = Float32Array.from({ length: height * width }, (_, pixel) => {
    let folded = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      folded = fold(folded, values[pixel * pixelStride + channel * channelStride]!);
    }
    return folded;
  });
  return { height, width, data };
}

/** The largest magnitude of a pixel's channels. */
export const largestMagnitude = (folded: number, value: number): number => Math.max(folded, Math.abs(value));

/** The sum of the magnitudes of a pixel's channels. */
export const sumOfMagnitudes = (folded: number, value: number): number => folded + Math.abs(value);

/** The sum of a pixel's channels, signs kept. */
export const signedSum = (folded: number, value: number): number => folded + value;
