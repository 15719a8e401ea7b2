import { configurable } from '@understory/core';
import { interpolationOption } from '../pixel-scores.ts';
import { measureMaps } from './measure-maps.ts';

/**
 * How few pixels carry the map: the Gini index of its absolute values, 0 where all are equal in size, near 1 where one has everything.
 *
 * Higher is sparser. Undefined for a map that is the same everywhere, sign included. Chalasani et al. 2020, "Concise Explanations of Neural Networks using Adversarial Training", section 4.3.
 */
export const sparseness = configurable('The metric "sparseness"', interpolationOption, (options) =>
  measureMaps({ ...options, better: 'higher', range: [0, 1] }, (sizes) => ({ value: giniIndex(sizes) })),
);

/** Of numbers that are not negative, one of them positive. */
function giniIndex(values: Float64Array): number {
  const sorted = values.slice().sort();
  const count = sorted.length;
  const sum = sorted.reduce((total, value) => total + value, 0);
  const weighted = sorted.reduce((total, value, at) => total + (2 * (at + 1) - count - 1) * value, 0);
  return weighted / (count * sum);
}
