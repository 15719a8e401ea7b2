import type { HeatMap, OptionSchema } from '@understory/core';
import { upsample } from '@understory/imaging';
import type { Interpolation } from '@understory/imaging';

/** How heat maps get from the resolution of their explainer to that of the picture. */
export const interpolationOption = {
  interpolation: {
    type: 'choice',
    default: 'bicubic',
    choices: ['bicubic', 'bilinear', 'nearest'],
    description: 'How a heat map is brought to the size of the picture.',
  },
} as const satisfies OptionSchema;

/** One score a pixel, `[height, width]`; undefined where the map is not finite. */
export function pixelScores(
  map: HeatMap,
  { height, width }: { readonly height: number; readonly width: number },
  interpolation: Interpolation,
): Float32Array | undefined {
  if (!map.data.every(Number.isFinite)) return undefined;
  return upsample(map, height, width, interpolation).data;
}

/** The reason where `pixelScores` gives nothing. */
export const mapNotFinite = 'the heat map holds values that are not finite';
