import type { Dimension, TensorSpec } from './contracts/model.ts';

/** The first dimensions of the inputs that take images. */
export function batchesOf(inputs: readonly TensorSpec[]): readonly Dimension[] {
  return inputs.flatMap(({ dims }) => (dims?.length === 4 ? [dims[0]!] : []));
}

/** Whether a first dimension is written as the batch of the images is, or as the one that exporters fix where they can. */
export function isBatch(first: Dimension | undefined, batches: readonly Dimension[]): boolean {
  if (first === 1 || first === undefined || batches.length === 0 || batches.includes(first)) return true;
  // A size that nobody named may be the batch.
  return typeof first === 'string' && /^(\?\d*)?$/.test(first);
}
