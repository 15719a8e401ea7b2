import { batchOf, errors, toFloat32, type Tensors } from '@understory/core';

/** A vector shorter than this counts as being so long, as in PyTorch. */
const shortest = 1e-8;

/** The rows of a tensor as vectors of length 1; throws SCORES_NOT_FINITE. */
export function unitRows(outputs: Tensors, name: string, of: string): readonly Float32Array[] {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`the backend did not hand back "${name}"`);
  const batch = batchOf({ [name]: tensor });
  const values = toFloat32(tensor);
  const size = values.length / batch;
  return Array.from({ length: batch }, (_, row) => {
    const vector = values.slice(row * size, (row + 1) * size);
    const length = Math.max(Math.sqrt(dot(vector, vector)), shortest);
    if (!Number.isFinite(length)) {
      throw errors.scoresNotFinite({ what: `embeddings of ${of}`, found: `"${name}" with ${length} as its length` });
    }
    return vector.map((value) => value / length);
  });
}

/** In double precision. */
export function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += one[at]! * other[at]!;
  return sum;
}
