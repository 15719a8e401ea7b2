import { largestOf } from '@understory/core';
import type { HeatMap, OptionSchema, OptionValues } from '@understory/core';
import { interpolationOption, pixelScores } from '../pixel-scores.ts';

/** How maps are made comparable before their distance is taken. */
export const scaledMapOptions = (absolute: boolean) =>
  ({
    normalise: {
      type: 'boolean',
      default: true,
      description: 'Whether each map is divided by its largest absolute value.',
    },
    absolute: {
      type: 'boolean',
      default: absolute,
      description: 'Whether the absolute values of maps are compared.',
    },
    ...interpolationOption,
  }) as const satisfies OptionSchema;

type ScaledMapOptions = OptionValues<ReturnType<typeof scaledMapOptions>>;

/** The map at the size of the picture, as the settings want it; not finite where the map is not. A map of zeros stays one. */
export function scaledMap(
  map: HeatMap,
  input: { readonly height: number; readonly width: number },
  { normalise, absolute, interpolation }: ScaledMapOptions,
): Float32Array {
  const scores = pixelScores(map, input, interpolation) ?? new Float32Array(input.height * input.width).fill(NaN);
  const largest = normalise ? largestOf(scores.map(Math.abs)) || 1 : 1;
  return scores.map((score) => (absolute ? Math.abs(score) : score) / largest);
}
