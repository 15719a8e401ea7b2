import { float32, type Box, type HeatMap, type ProbeRequest, type Tensor } from '@understory/core';
import { drawBoxes, fromUnitPixels, minMax, overlay, toUnitPixels, upsample } from '@understory/imaging';

export interface ExamplePictures {
  /** Of the item, counted from 0. */
  readonly test: number;
  /** Each `[1, C, H, W]` in 0..1. */
  readonly image: Tensor<'float32'>;
  /** The picture that makes the false captions true. */
  readonly turned?: Tensor<'float32'>;
  readonly map?: HeatMap;
  /** Where the thing is that the captions are about. */
  readonly box?: Box;
}

/** The names of an example's pictures. */
export const pictureNames = {
  image: 'image',
  turned: (test: number) => `turned-${test}`,
  map: (test: number) => `map-${test}`,
} as const;

/** Hands over the pictures of an example: the image, what makes the false captions true, and the map over the image with the box of what is meant. */
export async function keepPictures(
  keep: NonNullable<ProbeRequest['keep']>,
  item: string,
  { test, image, turned, map, box }: ExamplePictures,
): Promise<void> {
  const [, channels = 0, height = 0, width = 0] = image.dims;
  await keep(item, pictureNames.image, image);
  if (turned !== undefined) await keep(item, pictureNames.turned(test), turned);
  if (map === undefined) return;
  const laid = overlay(fromUnitPixels(image.data, { width, height }), minMax(upsample(map, height, width, 'bicubic')));
  const drawn = box === undefined ? laid : drawBoxes(laid, [{ box }]);
  await keep(item, pictureNames.map(test), float32(toUnitPixels(drawn, channels), [1, channels, height, width]));
}
