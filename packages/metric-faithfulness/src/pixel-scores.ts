import type { HeatMap, OptionSchema } from '@understory/core';
import { rankPixels, upsample } from '@understory/imaging';
import type { Interpolation, PixelRanking } from '@understory/imaging';
import { rememberedFor } from './remembered.ts';

/** How heat maps get from the resolution of their explainer to that of the picture. */
export const interpolationOption = {
  interpolation: {
    type: 'choice',
    default: 'bicubic',
    choices: ['bicubic', 'bilinear', 'nearest'],
    description: 'How a heat map is brought to the size of the picture.',
  },
} as const satisfies OptionSchema;

/** One score a pixel, `[height, width]`, not to be changed; undefined where the map is not finite. */
export function pixelScores(
  map: HeatMap,
  { height, width }: { readonly height: number; readonly width: number },
  interpolation: Interpolation,
): Float32Array | undefined {
  return upsampled(map, height, width, interpolation);
}

const upsampled = rememberedFor((map: HeatMap, height: number, width: number, interpolation: Interpolation) =>
  map.data.every(Number.isFinite) ? upsample(map, height, width, interpolation).data : undefined,
);

/** The pixels in the order of a map; undefined where the map is not finite. */
export function pixelRanking(
  map: HeatMap,
  { height, width }: { readonly height: number; readonly width: number },
  interpolation: Interpolation,
): PixelRanking | undefined {
  return ranked(map, height, width, interpolation);
}

const ranked = rememberedFor((map: HeatMap, height: number, width: number, interpolation: Interpolation) =>
  map.data.every(Number.isFinite) ? rankPixels(map, { height, width }, interpolation) : undefined,
);

/** The reason where `pixelScores` or `pixelRanking` gives nothing. */
export const mapNotFinite = 'the heat map holds values that are not finite';
