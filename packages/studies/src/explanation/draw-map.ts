import type { Box, HeatMap } from '@understory/core';
import { drawBoxes, minMax, overlay, upsample, type OverlayOptions, type RgbImage } from '@understory/imaging';

export interface DrawMapOptions extends OverlayOptions {
  /** In pixels of the picture, drawn over the map. */
  readonly boxes?: readonly { readonly box: Box; readonly label: string }[];
}

/** A heat map over the picture that the network saw: upsampled bilinearly with half-pixel centres, then scaled from its smallest to its largest value. */
export function drawMap(picture: RgbImage, heat: HeatMap, { boxes = [], ...options }: DrawMapOptions): RgbImage {
  const map = upsample(heat, picture.height, picture.width, 'bilinear');
  const drawn = overlay(picture, minMax(map), options);
  return boxes.length === 0 ? drawn : drawBoxes(drawn, boxes);
}
