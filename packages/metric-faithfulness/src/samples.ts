import { batchOf, checkTargetCount, imageInputOf, toFloat32 } from '@understory/core';
import type { ImageInput, MetricRequest } from '@understory/core';
import { faithfulnessErrors } from './errors.ts';

/** The pictures of a request: what the model is fed, as numbers. */
export interface Samples {
  readonly count: number;
  readonly input: ImageInput;
  /** The elements of one sample in the order of the input's layout, a view. */
  pixelsOf(sample: number): Float32Array;
}

/** Throws NO_IMAGE_INPUT, TARGET_COUNT or MAP_COUNT. */
export function samplesOf({ model, feeds, objective, maps }: MetricRequest): Samples {
  const count = batchOf(feeds);
  checkTargetCount(objective, count);
  if (maps.length !== count) throw faithfulnessErrors.mapCount({ maps: maps.length, batch: count });
  const input = imageInputOf(model, feeds);
  const pixels = toFloat32(feeds[input.name]!);
  return { count, input, pixelsOf: (sample) => pixels.subarray(sample * input.size, (sample + 1) * input.size) };
}

/** Names a sample by what is in it, so that random draws depend neither on its place in a batch nor on its neighbours. */
export function contentKey(pixels: Float32Array): string {
  const words = new Uint32Array(pixels.slice().buffer);
  let hash = 0x811c9dc5;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193) ^ (word >>> 15);
  return (hash >>> 0).toString(16);
}
