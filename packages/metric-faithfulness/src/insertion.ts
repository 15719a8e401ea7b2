import { configurable } from '@understory/core';
import type { OptionSchema } from '@understory/core';
import { curveOptions, perturbationCurve } from './perturbation-curve.ts';
import { riseInsertion } from './presets.ts';

const insertionOptions = {
  ...curveOptions,
  sigma: { ...curveOptions.sigma, default: riseInsertion.sigma },
  score: { ...curveOptions.score, default: riseInsertion.score },
  fraction: { ...curveOptions.fraction, default: riseInsertion.fraction },
  steps: { ...curveOptions.steps, default: riseInsertion.steps },
} as const satisfies OptionSchema;

/**
 * How fast the score rises when the most important pixels come first into a perturbed picture: the area under its curve.
 *
 * Petsiuk et al. 2018, "RISE: Randomized Input Sampling for Explanation of Black-box Models", section 4.2. Higher is better.
 * Maps without an order, and pixels with equal scores, are treated as by `deletion`.
 */
export const insertion = configurable('The metric "insertion"', insertionOptions, (options) =>
  perturbationCurve('perturbed', options),
);
