import { errors, type Tensor } from '@understory/core';
import type { Size } from '@understory/imaging';

/** The one mask that was asked for; throws MASK_INVALID where it does not fit the picture. */
export function checkMask(masks: readonly Tensor<'float32'>[], id: string, { height, width }: Size): Tensor<'float32'> {
  const [mask] = masks;
  const expected = `one mask [${height}, ${width}] of weights in 0..1 from "${id}"`;
  if (mask === undefined || masks.length > 1) throw errors.maskInvalid({ found: `${masks.length} masks`, expected });
  if (mask.dims.length !== 2 || mask.dims[0] !== height || mask.dims[1] !== width) {
    throw errors.maskInvalid({ found: `[${mask.dims.join(', ')}]`, expected });
  }
  const outside = mask.data.find((weight) => !(weight >= 0 && weight <= 1));
  if (outside !== undefined) throw errors.maskInvalid({ found: `a weight of ${outside}`, expected });
  return mask;
}
