import { configurable, flatMap } from '@understory/core';
import type { Measurement, Metric } from '@understory/core';
import { interpolationOption, mapNotFinite, pixelRanking, pixelScores } from './pixel-scores.ts';
import { samplesOf } from './samples.ts';

/**
 * How few pixels carry the map: the Gini index of its absolute values, 0 where all are equal in size, near 1 where one has everything.
 *
 * Higher is sparser. Undefined for a map that is the same everywhere, sign included. Chalasani et al. 2020, "Concise Explanations of Neural Networks using Adversarial Training", section 4.3.
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
      if (pixelRanking(map, input, interpolation)!.isFlat) return { value: undefined, reason: flatMap };
      return { value: giniIndex(scores.map(Math.abs)) };
    });
  },
}));

/** Of numbers that are not negative, one of them positive. */
function giniIndex(values: Float32Array): number {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const sum = sorted.reduce((total, value) => total + value, 0);
  const weighted = sorted.reduce((total, value, at) => total + (2 * (at + 1) - count - 1) * value, 0);
  return weighted / (count * sum);
}
