import { configurable, seededRandom } from '@understory/core';
import type { Metric } from '@understory/core';
import { euclidean, largestChange, noisy } from './largest-change.ts';
import type { Moved } from './largest-change.ts';
import { scaledMap, scaledMapOptions } from './scaled-map.ts';

/**
 * How fast the map changes near the picture: the largest ||M(x) - M(x')||_2 / ||x - x'||_2 over `draws` pictures x' with normal noise.
 *
 * Lower is better, from 0. Maps are compared at the size of the picture; pictures in the space in which the model is fed. Undefined for a map that is
 * the same everywhere. Alvarez-Melis and Jaakkola 2018, "On the Robustness of Interpretability Methods", the estimate over a finite neighbourhood.
 */
export const localLipschitz = localLipschitzBy(({ seed, deviation, draw, ...moved }) =>
  noisy(moved, (key) => {
    const random = seededRandom(seed).fork(key).fork(`draw ${draw}`);
    return () => deviation * random.normal();
  }),
);

/** The same with another neighbour for each draw. */
export function localLipschitzBy(
  neighbour: (
    asked: Moved & { readonly seed: number; readonly deviation: number; readonly draw: number },
  ) => Float32Array,
) {
  return configurable(
    'The metric "local-lipschitz"',
    {
      deviation: {
        type: 'number',
        default: 0.1,
        range: [0, 1000],
        description: 'The standard deviation of the noise of an element, in the space in which the model is fed.',
      },
      draws: {
        type: 'integer',
        default: 10,
        range: [1, 10_000],
        description: 'How many changed pictures are explained.',
      },
      ...scaledMapOptions(false),
    },
    ({ deviation, draws, ...options }): Metric => ({
      better: 'lower',
      range: [0, Infinity],
      needs: ['explain'],
      async evaluate(request) {
        return largestChange(request, {
          metric: 'local-lipschitz',
          count: draws,
          change: (moved, draw) => neighbour({ ...moved, seed: request.seed, deviation, draw }),
          distance(own, changed, input) {
            const step = euclidean(own.pixels, changed.pixels);
            if (step === 0) return undefined;
            return euclidean(scaledMap(own.map, input, options), scaledMap(changed.map, input, options)) / step;
          },
        });
      },
    }),
  );
}
