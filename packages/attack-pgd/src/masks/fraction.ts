import { configurable, errors } from '@understory/core';
import type { Configurable, Mask, MaskRequest, OptionSchema } from '@understory/core';

/** How much of the image a mask has. */
export const fractionOptions = {
  fraction: {
    type: 'number',
    default: 0.1,
    range: [0, 1],
    description: 'The fraction of the pixels that may change; above 0.',
  },
} as const satisfies OptionSchema;

/**
 * A mask of a share of the image, which is told how many pixels that is, rounded down.
 * Throws OPTION_INVALID where that is none: for no share at once, for one too small when it is drawn.
 */
export function ofFraction(
  name: string,
  make: (pixelCount: (request: MaskRequest) => number) => Mask,
): Configurable<Mask, typeof fractionOptions> {
  const of = `The mask "${name}"`;
  return configurable(of, fractionOptions, ({ fraction }) => {
    const refuse = (expected: string) => errors.optionInvalid({ of, option: 'fraction', found: fraction, expected });
    if (fraction === 0) throw refuse('a share above 0');
    return make(({ height, width }) => {
      const count = Math.floor(fraction * height * width);
      if (count > 0) return count;
      throw refuse(`a share of ${height} x ${width} pixels that is one pixel at least`);
    });
  });
}
