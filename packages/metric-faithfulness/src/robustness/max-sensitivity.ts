import { configurable, seededRandom } from '@understory/core';
import type { Metric } from '@understory/core';
import { euclidean, largestChange, noisy } from './largest-change.ts';

/**
 * How far a heat map moves when the picture does so little that nothing changes in it: the largest ||map' - map|| / ||map|| over `draws` of
 * uniform noise.
 *
 * Norms are Euclidean, over the map as the explainer gave it. Lower is better. Yeh et al. 2019, "On the (In)fidelity and Sensitivity
 * of Explanations", definition 3, by Monte Carlo and relative to the map's length.
 * Undefined for a map that is the same everywhere.
 */
export const maxSensitivity = configurable(
  'The metric "max-sensitivity"',
  {
    radius: {
      type: 'number',
      default: 0.02,
      range: [0, 1000],
      description: 'The largest change of an element, in the space in which the model is fed.',
    },
    draws: {
      type: 'integer',
      default: 10,
      range: [1, 10_000],
      description: 'How many changed pictures are explained.',
    },
  },
  ({ radius, draws }): Metric => ({
    better: 'lower',
    range: [0, Infinity],
    needs: ['explain'],
    async evaluate(request) {
      return largestChange(request, {
        metric: 'max-sensitivity',
        count: draws,
        change: (moved, draw) =>
          noisy(moved, (key) => {
            const random = seededRandom(request.seed).fork(key).fork(`draw ${draw}`);
            return () => radius * (2 * random.uniform() - 1);
          }),
        distance: (own, changed) =>
          euclidean(changed.map.data, own.map.data) / euclidean(own.map.data, new Float32Array(own.map.data.length)),
      });
    },
  }),
);
