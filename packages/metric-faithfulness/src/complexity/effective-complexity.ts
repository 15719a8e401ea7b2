import { configurable, largestOf } from '@understory/core';
import { interpolationOption } from '../pixel-scores.ts';
import { measureMaps } from './measure-maps.ts';

/**
 * How many pixels count: those whose absolute value is more than `threshold` times that of the largest.
 *
 * Lower is better; a whole number of pixels, `fraction` in the details is their fraction. Undefined for a map that is the same everywhere. This is what
 * Quantus counts; the definition of Nguyen and Martínez 2020, "On quantitative aspects of model interpretability", takes the fewest features that keep the
 * expected error of the model within a bound.
 */
export const effectiveComplexity = configurable(
  'The metric "effective-complexity"',
  {
    threshold: {
      type: 'number',
      default: 0.1,
      range: [0, 1],
      description: 'From which fraction of the largest absolute value on a pixel counts.',
    },
    ...interpolationOption,
  },
  ({ threshold, ...options }) =>
    measureMaps({ ...options, better: 'lower', range: [0, Infinity] }, (sizes) => {
      const least = threshold * largestOf(sizes);
      const value = sizes.reduce((count, size) => (size > least ? count + 1 : count), 0);
      return { value, details: { fraction: value / sizes.length } };
    }),
);
