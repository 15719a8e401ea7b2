import type { HeatMap } from '@understory/core';
import { minMax, overlay, upsample, type OverlayOptions, type RgbImage } from '@understory/imaging';

/** A heat map over the picture that the network saw: upsampled bilinearly with half-pixel centres, then scaled from its smallest to its largest value. */
export function drawMap(picture: RgbImage, heat: HeatMap, options: OverlayOptions): RgbImage {
  return overlay(picture, minMax(upsample(heat, picture.height, picture.width, 'bilinear')), options);
}
