import { errors } from '@understory/core';
import { isDiverging, type ColourMapName } from './colour-map.ts';
import { minMax } from './min-max.ts';
import type { FloatMap } from './upsample.ts';

/** Of the magnitudes of a map, the fraction that full colour leaves room for: single pixels beyond would leave the others without any. */
const shownFraction = 0.999;

/**
 * Maps the values onto the 0..1 of a colour map: from the smallest to the largest, or, for a diverging one, by `magnitudeShown`, with zero in the
 * middle. Throws an UnderstoryError where a value is not finite.
 */
export function scaleForColours<Map extends FloatMap>(map: Map, name: ColourMapName): Map {
  if (!isDiverging(name)) return minMax(map);
  const most = magnitudeShown(map);
  const place = (value: number) => Math.min(1, Math.max(0, 0.5 + value / (2 * most)));
  return { ...map, data: map.data.map((value) => (most > 0 ? place(value) : 0.5)) };
}

/** The magnitude that has full colour in a diverging colour map: that which 99.9 % of the values do not exceed. Throws where a value is not finite. */
export function magnitudeShown({ data }: FloatMap): number {
  const odd = data.find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw errors.heatMapNotFinite({ found: `${odd}` });
  const magnitudes = data.map(Math.abs).sort();
  const shown = magnitudes[Math.ceil(shownFraction * magnitudes.length) - 1] ?? 0;
  // Where almost all is zero, what is not.
  return shown > 0 ? shown : (magnitudes.at(-1) ?? 0);
}

/** How `scaleForColours` scales each map, as the predicate of a sentence about it. */
export function scalingWords(name: ColourMapName): string {
  return isDiverging(name)
    ? 'scaled by the 99.9th percentile of its magnitudes, with zero in the middle of the colours'
    : 'scaled from its minimum to its maximum';
}
