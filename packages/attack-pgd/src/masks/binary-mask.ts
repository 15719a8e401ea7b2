import { errors, float32, type MaskRequest, type Tensor } from '@understory/core';

/** A mask `[H, W]` of ones at these places, counted row by row, and zeros elsewhere. */
export function maskOf(places: Iterable<number>, { height, width }: MaskRequest): Tensor<'float32'> {
  const data = new Float32Array(height * width);
  for (const place of places) data[place] = 1;
  return float32(data, [height, width]);
}

/** One mask a sample, each the same; a copy, so that nobody changes another's. */
export function sameForAll(mask: Tensor<'float32'>, { samples }: MaskRequest): readonly Tensor<'float32'>[] {
  return Array.from({ length: samples }, () => float32(mask.data.slice(), mask.dims));
}

/** The mask itself; throws MASK_INVALID where no pixel may change. */
export function notEmpty(mask: Tensor<'float32'>, found: string): Tensor<'float32'> {
  if (mask.data.some((weight) => weight > 0)) return mask;
  throw errors.maskInvalid({ found, expected: 'a pixel at least that may change' });
}
