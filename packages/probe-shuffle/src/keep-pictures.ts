import { float32, type HeatMap, type ProbeRequest } from '@understory/core';
import { fromUnitPixels, minMax, overlay, toUnitPixels, upsample } from '@understory/imaging';
import { gather, inverse, sourceOf, type Rearrangement, type Size } from './rearrangement.ts';

export interface ExamplePictures {
  readonly size: Size;
  readonly rearrangement: Rearrangement;
  /** `[channels, height, width]` in 0..1, as are those below. */
  readonly before: Float32Array;
  readonly after: Float32Array;
  readonly maps?: { readonly before: HeatMap; readonly after: HeatMap };
}

/** The names of an example's pictures. */
export const pictureNames = {
  before: 'original',
  after: 'shuffled',
  mapBefore: 'original-map',
  mapAfter: 'shuffled-map',
  mapBack: 'shuffled-map-back',
} as const;

/** Hands over the pictures of an example: before and after, and with maps these over both, and the map after moved back along with its pieces. */
export async function keepPictures(
  keep: NonNullable<ProbeRequest['keep']>,
  item: string,
  { size, rearrangement, before, after, maps }: ExamplePictures,
): Promise<void> {
  const { height, width } = size;
  const picture = (pixels: Float32Array) => float32(pixels, [1, pixels.length / (height * width), height, width]);
  await keep(item, pictureNames.before, picture(before));
  await keep(item, pictureNames.after, picture(after));
  if (maps === undefined) return;
  const large = (map: HeatMap) => minMax(upsample(map, height, width, 'bicubic'));
  const laid = (pixels: Float32Array, data: Float32Array) =>
    picture(toUnitPixels(overlay(fromUnitPixels(pixels, size), { height, width, data })));
  const mapAfter = large(maps.after).data;
  await keep(item, pictureNames.mapBefore, laid(before, large(maps.before).data));
  await keep(item, pictureNames.mapAfter, laid(after, mapAfter));
  await keep(item, pictureNames.mapBack, laid(before, gather(mapAfter, inverse(sourceOf(rearrangement, size)))));
}
