import { errors, type MaskRequest, type OptionSchema } from '@understory/core';

/** How much of the image a mask has. */
export const fractionOptions = {
  fraction: {
    type: 'number',
    default: 0.1,
    range: [0, 1],
    description: 'The share of the pixels that may change; above 0.',
  },
} as const satisfies OptionSchema;

/** How many pixels a share of the image is, rounded down; throws OPTION_INVALID where that is none. */
export function pixelCount(mask: string, fraction: number, { height, width }: MaskRequest): number {
  const count = Math.floor(fraction * height * width);
  if (count > 0) return count;
  throw errors.optionInvalid({
    of: mask,
    option: 'fraction',
    found: fraction,
    expected: `a share of ${height} x ${width} pixels that is one pixel at least`,
  });
}
