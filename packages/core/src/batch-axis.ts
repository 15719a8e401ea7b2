import type { Dimension, TensorSpec } from './tensor/tensor-spec.ts';

/** The first dimensions of the inputs that take images. */
export function batchesOf(inputs: readonly TensorSpec[]): readonly Dimension[] {
  return inputs.flatMap(({ dims }) => (dims?.length === 4 ? [dims[0]!] : []));
}
