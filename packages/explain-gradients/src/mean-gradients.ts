import { evenBatches } from '@understory/core';
import type { ExplainRequest } from '@understory/core';
import { everySample, type ExplainedImages } from './explained-image.ts';

export interface MeanGradientsOptions {
  /** How many versions of each image. */
  readonly count: number;
  /** How many of them go through the model at a time, at most. */
  readonly largestBatch: number;
  /** Tells before each batch which versions come next; versions come once each and in order. */
  readonly prepare?: (start: number, end: number) => void;
  /** Writes one version of a sample into `into`, `[image.size]`. */
  readonly write: (into: Float32Array, version: number, sample: number) => void;
}

/** The mean of the gradients at several versions of each image, `[samples][image.size]`; memory does not grow with their number. */
export async function meanGradients(
  images: ExplainedImages,
  { progress }: Pick<ExplainRequest, 'progress'>,
  { count, largestBatch, prepare, write }: MeanGradientsOptions,
): Promise<readonly Float64Array[]> {
  const { batch, gradientsAt } = images;
  const { size } = images.image;
  const sums = everySample(batch).map(() => new Float64Array(size));
  let done = 0;
  for (const { start, end } of evenBatches(count, largestBatch)) {
    prepare?.(start, end);
    for (const [sample, sum] of sums.entries()) {
      const pixels = new Float32Array((end - start) * size);
      for (let version = start; version < end; version += 1) {
        write(pixels.subarray((version - start) * size, (version - start + 1) * size), version, sample);
      }
      const samples = Array.from({ length: end - start }, () => sample);
      const gradients = await gradientsAt(pixels, samples);
      for (let first = 0; first < gradients.length; first += size) {
        for (let at = 0; at < size; at += 1) sum[at]! += gradients[first + at]!;
      }
      done += end - start;
      progress?.(done, count * batch);
    }
  }
  for (const sum of sums) for (let at = 0; at < size; at += 1) sum[at]! /= count;
  return sums;
}
