import { tensor, fromFloat32, type Tensor, type TensorSpec } from '@understory/core';

export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/** What says where pictures are and where padding is, `[N, H, W]`: 1 everywhere where nothing is padded. */
export function pixelMask(
  { type }: TensorSpec,
  samples: number,
  { height, width }: PictureSize,
  masks?: readonly Uint8Array[],
): Tensor {
  const size = height * width;
  const values = new Float32Array(samples * size).fill(1);
  masks?.forEach((mask, sample) => values.set(mask, sample * size));
  const dims = [samples, height, width];
  if (type === 'int64') return tensor(type, BigInt64Array.from(values, BigInt), dims);
  if (type === 'uint64') return tensor(type, BigUint64Array.from(values, BigInt), dims);
  if (type === 'bool') return tensor(type, Uint8Array.from(values), dims);
  return fromFloat32(values, type, dims);
}
