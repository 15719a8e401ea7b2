import { configurable } from '@understory/core';
import { curveOptions, perturbationCurve } from './perturbation-curve.ts';

/**
 * How fast the score falls when the most important pixels go first: the area under its curve.
 *
 * The defaults are those of the paper, section 4.1; the preset `rise` is Petsiuk et al. 2018, "RISE: Randomized Input Sampling for
 * Explanation of Black-box Models". Lower is better. Undefined where the two anchors of a normalised logit coincide, and for a map that
 * is the same everywhere; pixels with equal scores go in an order drawn by the seed.
 */
export const deletion = configurable('The metric "deletion"', curveOptions, (options) =>
  perturbationCurve('original', options),
);
