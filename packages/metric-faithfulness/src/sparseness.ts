import { configurable } from '@understory/core';
import type { Measurement, Metric } from '@understory/core';
import { interpolationOption, mapNotFinite, pixelScores } from './pixel-scores.ts';
import { samplesOf } from './samples.ts';

/**
 * How few pixels carry the map: the Gini index of its absolute values, 0 where all are equal, near 1 where one has everything.
 *
 * Higher is sparser. Chalasani et al. 2020, "Concise Explanations of Neural Networks using Adversarial Training", section 4.3.
 */
export const sparseness = configurable('The metric "sparseness"', interpolationOption, ({ interpolation }): Metric => ({
  better: 'higher',
  range: [0, 1],
  async evaluate(request) {
    request.signal?.throwIfAborted();
    const { input } = samplesOf(request);
    return request.maps.map((map): Measurement => {
      const scores = pixelScores(map, input, interpolation);
      if (scores === undefined) return { value: undefined, reason: mapNotFinite };
      const value = giniIndex(scores.map(Math.abs));
      return value === undefined ? { value, reason: 'the heat map is zero everywhere' } : { value };
    });
  },
}));

/** Of numbers that are not negative; undefined where all are zero. */
function giniIndex(values: Float32Array): number | undefined {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const sum = sorted.reduce((total, value) => total + value, 0);
  if (sum === 0) return undefined;
  const weighted = sorted.reduce((total, value, at) => total + (2 * (at + 1) - count - 1) * value, 0);
  return weighted / (count * sum);
}
