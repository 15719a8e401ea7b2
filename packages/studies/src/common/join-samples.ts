import { float32, type Tensor } from '@understory/core';

/** Tensors `[1, ...]` of one shape as one batch. */
export function joinSamples(tensors: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const [first] = tensors;
  if (first === undefined) throw new RangeError('a batch needs at least one sample');
  const size = first.data.length;
  const data = new Float32Array(tensors.length * size);
  tensors.forEach((tensor, at) => data.set(tensor.data, at * size));
  return float32(data, [tensors.length, ...first.dims.slice(1)]);
}
