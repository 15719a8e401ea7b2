import { float32 } from '@understory/core';
import type { Metric, MetricRequest } from '@understory/core';
import { mapOf, tinyModel } from './networks.ts';
import { golden, quantusRequest, valuesOf } from './quantus.ts';

/** A request with one picture of 2 x 4 pixels. */
export function onObject(map: readonly number[], inside: readonly number[] | undefined): MetricRequest {
  return {
    model: tinyModel({ channels: 1, height: 2, width: 4, classes: 2 }),
    feeds: { pixels: float32(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 1, 2, 4]) },
    objective: { kind: 'score', output: 'logits', index: [[0]] },
    maps: [mapOf(2, 4, map)],
    objects: [inside && Uint8Array.from(inside)],
    seed: 0,
  };
}

/** What a metric measures on the maps and masks that Quantus was given. */
export async function onQuantusMasks(metric: Metric): Promise<readonly number[]> {
  const objects = golden.cases.grey.masks.map((mask) => Uint8Array.from(mask));
  return valuesOf(await metric.evaluate({ ...quantusRequest('grey'), objects }));
}
