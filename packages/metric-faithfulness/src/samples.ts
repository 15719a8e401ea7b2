import { batchOf, checkTargetCount, imageInputOf, toFloat32 } from '@understory/core';
import type { ImageInput, MetricRequest, Tensor } from '@understory/core';
import { pictureFrame } from '@understory/imaging';
import type { PictureFrame, PictureLayout } from '@understory/imaging';
import { faithfulnessErrors } from './errors.ts';
import { rememberedFor } from './remembered.ts';

/** The pictures of a request: what the model is fed, as numbers. */
export interface Samples {
  readonly count: number;
  readonly input: ImageInput;
  /** The elements of one sample in the order of the input's layout, a view; the same array whenever the same tensor is measured. */
  pixelsOf(sample: number): Float32Array;
}

/** Throws NO_IMAGE_INPUT, TARGET_COUNT or MAP_COUNT. */
export function samplesOf({ model, feeds, image, objective, maps }: MetricRequest): Samples {
  const count = batchOf(feeds);
  checkTargetCount(objective, count);
  if (maps.length !== count) throw faithfulnessErrors.mapCount({ maps: maps.length, batch: count });
  const input = imageInputOf(model, feeds, image);
  const views = viewsOf(feeds[input.name]!, count);
  return { count, input, pixelsOf: (sample) => views[sample]! };
}

/** The samples of a tensor; the same arrays every time, so that what is made of a picture can be kept with it. */
const viewsOf = rememberedFor((tensor: Tensor, count: number): readonly Float32Array[] => {
  const pixels = toFloat32(tensor);
  const size = pixels.length / count;
  return Array.from({ length: count }, (_, sample) => pixels.subarray(sample * size, (sample + 1) * size));
});

/**
 * The frame of a sample: what is drawn in it depends on what the sample shows alone, not on its place in a batch, its neighbours or
 * which way up it is.
 */
export function frameOf(pixels: Float32Array, input: PictureLayout): PictureFrame {
  const { height, width, channels, channelStride, pixelStride } = input;
  return framed(pixels, height, width, channels, channelStride, pixelStride);
}

const framed = rememberedFor(
  (
    pixels: Float32Array,
    height: number,
    width: number,
    channels: number,
    channelStride: number,
    pixelStride: number,
  ): PictureFrame => pictureFrame(pixels, { height, width, channels, channelStride, pixelStride }),
);
