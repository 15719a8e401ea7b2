import type { HeatMap } from '@understory/core';
import {
  defaultColourMap,
  overlay,
  scaleForColours,
  upsample,
  type OverlayOptions,
  type RgbImage,
} from '@understory/imaging';

/** A heat map over the picture that the network saw: upsampled bilinearly with half-pixel centres, then scaled as its colour map asks for. */
export function drawMap(picture: RgbImage, heat: HeatMap, options: OverlayOptions): RgbImage {
  const large = upsample(heat, picture.height, picture.width, 'bilinear');
  return overlay(picture, scaleForColours(large, options.colourMap ?? defaultColourMap), options);
}
