import { errors } from '@understory/core';
import type { FloatMap } from './upsample.ts';

/**
 * Maps the values linearly onto 0..1: `(x - min) / (max - min + epsilon)`; a constant map becomes zero everywhere.
 *
 * Throws an UnderstoryError where a value is not finite.
 */
export function minMax<Map extends FloatMap>(map: Map, epsilon = 0): Map {
  let low = Infinity;
  let high = -Infinity;
  for (const value of map.data) {
    if (!Number.isFinite(value)) throw errors.heatMapNotFinite({ found: `${value}` });
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const span = high - low + epsilon;
  return { ...map, data: map.data.map((value) => (high > low ? (value - low) / span : 0)) };
}
