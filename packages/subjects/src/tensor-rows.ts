import { batchOf, toFloat32, type Tensors } from '@understory/core';

/** The numbers of each sample of a tensor whose first axis is the batch. */
export function samplesOf(outputs: Tensors, name: string): readonly Float32Array[] {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`the backend did not hand back "${name}"`);
  const batch = batchOf({ [name]: tensor });
  const values = toFloat32(tensor);
  const size = values.length / batch;
  return Array.from({ length: batch }, (_, sample) => values.slice(sample * size, (sample + 1) * size));
}
