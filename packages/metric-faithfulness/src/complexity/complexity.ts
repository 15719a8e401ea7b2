import { configurable } from '@understory/core';
import { interpolationOption } from '../pixel-scores.ts';
import { measureMaps } from './measure-maps.ts';

/**
 * How many pixels share the map: the entropy of their parts of it, in nats, 0 where one pixel has everything.
 *
 * Lower is better; n pixels give log n at most. A part is the absolute value of a pixel over the sum of all. Undefined for a map that is the same
 * everywhere. Bhatt et al. 2020, "Evaluating and Aggregating Feature-based Model Explanations", definition 4: -sum_i p_i log p_i with p_i = |M_i| / sum_j |M_j|.
 */
export const complexity = configurable('The metric "complexity"', interpolationOption, (options) =>
  measureMaps({ ...options, better: 'lower', range: [0, Infinity] }, (sizes) => {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const entropy = sizes.reduce((sum, size) => (size === 0 ? sum : sum - (size / total) * Math.log(size / total)), 0);
    return { value: Math.max(0, entropy) };
  }),
);
