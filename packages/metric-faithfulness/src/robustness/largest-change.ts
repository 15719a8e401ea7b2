import { flatMap, fromFloat32, toFloat32 } from '@understory/core';
import type { HeatMap, Measurement, MetricRequest } from '@understory/core';
import { faithfulnessErrors } from '../errors.ts';
import { frameOf, samplesOf } from '../samples.ts';
import type { Samples } from '../samples.ts';

/** A sample whose picture is changed. */
export interface Moved {
  readonly sample: number;
  readonly pixels: Float32Array;
  readonly input: Samples['input'];
}

/** A picture as the model is fed, and its map. */
interface Seen {
  readonly map: HeatMap;
  readonly pixels: Float32Array;
}

export interface MovePlan {
  /** What the metric is called where there is no explainer. */
  readonly metric: string;
  /** How many changed pictures of each sample are explained. */
  readonly count: number;
  /** The `at`-th changed picture of a sample, from 0. */
  change(moved: Moved, at: number): Float32Array;
  /** How far the map is from the other one; undefined where that cannot be told, for this change. */
  distance(own: Seen, changed: Seen, input: Samples['input']): number | undefined;
}

/** The largest distance, over changed pictures, of the map of a sample from the map of its changed picture; throws METRIC_NOT_APPLICABLE. */
export async function largestChange(request: MetricRequest, plan: MovePlan): Promise<readonly Measurement[]> {
  const samples = samplesOf(request);
  const { input, count, pixelsOf } = samples;
  const { explain, feeds } = request;
  if (explain === undefined) {
    const next = 'Hand over the explainer that made the maps.';
    throw faithfulnessErrors.requestLacks({ metric: plan.metric, what: 'explainer', next });
  }
  const largest = request.maps.map((): number | undefined => undefined);
  for (let at = 0; at < plan.count; at += 1) {
    request.signal?.throwIfAborted();
    const pixels = new Float32Array(count * input.size);
    for (let sample = 0; sample < count; sample += 1) {
      pixels.set(plan.change({ sample, pixels: pixelsOf(sample), input }, at), sample * input.size);
    }
    const tensor = fromFloat32(pixels, input.type, input.dims);
    const maps = await explain({ feeds: { ...feeds, [input.name]: tensor } });
    const fed = toFloat32(tensor);
    maps.forEach((map, sample) => {
      const own = { map: request.maps[sample]!, pixels: pixelsOf(sample) };
      const changed = { map, pixels: fed.subarray(sample * input.size, (sample + 1) * input.size) };
      const distance = plan.distance(own, changed, input);
      if (distance !== undefined) largest[sample] = Math.max(largest[sample] ?? 0, distance);
    });
  }
  return request.maps.map((map, sample): Measurement => {
    const value = largest[sample];
    if (map.data.every((each) => each === map.data[0])) return { value: undefined, reason: flatMap };
    if (value === undefined) return { value, reason: 'no change leaves the image another one' };
    return Number.isFinite(value) ? { value } : { value: undefined, reason: 'a heat map is not finite' };
  });
}

/** The picture with noise at every element, which is drawn for what the picture shows. */
export function noisy({ pixels, input }: Moved, noiseFor: (key: string) => () => number): Float32Array {
  const { key, places } = frameOf(pixels, input);
  const noise = noiseFor(key);
  const changed = pixels.slice();
  for (const place of places) {
    for (let channel = 0; channel < input.channels; channel += 1) {
      changed[channel * input.channelStride + place * input.pixelStride]! += noise();
    }
  }
  return changed;
}

/** The Euclidean distance of two lists of one length. */
export function euclidean(left: Float32Array, right: Float32Array): number {
  return Math.sqrt(left.reduce((sum, value, at) => sum + (value - right[at]!) ** 2, 0));
}
