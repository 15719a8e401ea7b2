import { colourMap, defaultColourMap, type ColourMapName } from './colour-map.ts';
import { rgbImage, type RgbImage } from './rgb-image.ts';
import type { FloatMap } from './upsample.ts';

/** How strongly the picture and the colours of its heat map show; the sum need not be 1. */
export interface Blend {
  readonly picture: number;
  readonly colour: number;
}

export interface OverlayOptions {
  readonly colourMap?: ColourMapName;
  /** 0 shows the picture alone, 1 the colours alone; or the two weights of their own. */
  readonly opacity?: number | Blend;
}

/** How the paper draws its heat maps: JET, half the picture and three tenths of the colours. */
export const paperOverlay = {
  colourMap: 'jet',
  opacity: { picture: 0.5, colour: 0.3 },
} as const satisfies OverlayOptions;

/**
 * Draws a heat map over a picture of the same size; values are clipped to 0..1 first.
 *
 * Throws a RangeError where the sizes differ or the opacity does not lie in 0..1.
 */
export function overlay(picture: RgbImage, map: FloatMap, options: OverlayOptions = {}): RgbImage {
  if (map.width !== picture.width || map.height !== picture.height) {
    throw new RangeError(
      `a heat map of ${map.width} x ${map.height} does not lie over a picture of ${picture.width} x ${picture.height}`,
    );
  }
  const { opacity = 0.5 } = options;
  const blend = typeof opacity === 'number' ? { picture: 1 - opacity, colour: opacity } : opacity;
  if (!(blend.picture >= 0 && blend.colour >= 0 && blend.picture <= 1 && blend.colour <= 1)) {
    throw new RangeError(`an opacity lies in 0..1, found ${JSON.stringify(opacity)}`);
  }
  const colours = colourMap(options.colourMap ?? defaultColourMap);
  const data = new Uint8Array(picture.data.length);
  map.data.forEach((value, pixel) => {
    const level = Math.round(255 * Math.min(1, Math.max(0, value)));
    for (let channel = 0; channel < 3; channel++) {
      const at = 3 * pixel + channel;
      const mixed = blend.picture * picture.data[at]! + blend.colour * colours[3 * level + channel]!;
      data[at] = Math.min(255, Math.round(mixed));
    }
  });
  return rgbImage(data, picture.width, picture.height);
}
