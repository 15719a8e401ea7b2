import { configurable, float32, type Configurable, type Mask, type OptionSchema } from '@understory/core';
import { notEmpty } from './binary-mask.ts';
import { heatOf, needsOf, type HeatSource } from './heat.ts';

const options = {
  invert: {
    type: 'boolean',
    default: false,
    description: 'Whether the weights are inverted, so that the coldest pixels have the largest.',
  },
} as const satisfies OptionSchema;

/** The mask that weighs each pixel by its heat, from 0 for the coldest to 1 for the hottest, or the other way around. */
export function heatWeights(name: string, source: HeatSource): Configurable<Mask, typeof options> {
  return configurable(name, options, ({ invert }) => ({
    needs: needsOf(source),
    async draw(request) {
      const { height, width } = request;
      return heatOf(name, source, request).map((heat) => {
        notEmpty(float32(heat, [height, width]), 'a heat map without differences');
        const weights = invert ? heat.map((value) => 1 - value) : heat;
        return notEmpty(float32(weights, [height, width]), 'a heat map without differences');
      });
    },
  }));
}
