import { configurable, seededRandom } from '@understory/core';
import { nonNegativeFactors } from '@understory/statistics';
import type { Explainer } from '@understory/core';
import { classActivation } from './class-activation.ts';

/**
 * Deep Feature Factorization: where one of the concepts is that the activations of a layer are made of, the one that adds most to the score.
 *
 * H_c of A = sum_c F_c H_c with F `[K, concepts]` and H `[concepts, h w]` not negative and F_c of length 1. Collins, Achanta and Süsstrunk 2018, "Deep Feature
 * Factorization for Concept Discovery", equation 1, of one image. Concepts are ordered by what each adds, sum_k mean(G_k) F_kc sum_xy H_c: behind a pooled linear head that is the head of
 * the concept, as pytorch-grad-cam labels them by. Channels with negative values are raised to 0 first. `details` have what each concept adds (`concept1`, the largest, and
 * so on) and `remainder`, the fraction of the sum of squares that no concept has.
 */
export const deepFeatureFactorization = configurable(
  'The explainer "dff"',
  {
    concepts: {
      type: 'integer',
      default: 5,
      range: [1, 64],
      description: 'How many concepts the activations are made of.',
    },
    concept: {
      type: 'integer',
      default: 1,
      range: [1, 64],
      description: 'The concept that is shown, by what it adds to the score: 1 for the one that adds most.',
    },
    iterations: {
      type: 'integer',
      default: 500,
      range: [1, 100_000],
      description: 'Rounds of the factorization, at most.',
    },
  },
  ({ concepts, concept, iterations }): Explainer =>
    classActivation(({ activations, gradients, channels, places }, seed) => {
      const channelOf = (values: Float32Array, channel: number) =>
        values.subarray(channel * places, (channel + 1) * places);
      const raised = new Float64Array(activations.length);
      for (let channel = 0; channel < channels; channel += 1) {
        const own = channelOf(activations, channel);
        const low = own.reduce((least, value) => Math.min(least, value), 0);
        own.forEach((value, place) => (raised[channel * places + place] = value - low));
      }
      const random = seededRandom(seed).fork('dff');
      const { left, right, remainder } = nonNegativeFactors(raised, channels, {
        ...{ rank: concepts, iterations, uniform: () => random.uniform() },
      });
      const slopes = Float64Array.from(
        { length: channels },
        (_, channel) => channelOf(gradients, channel).reduce((sum, slope) => sum + slope, 0) / places,
      );
      const found = left
        .map((direction, at) => {
          const slope = direction.reduce((sum, value, channel) => sum + value * slopes[channel]!, 0);
          return { map: right[at]!, adds: slope * right[at]!.reduce((sum, value) => sum + value, 0) };
        })
        .sort((one, other) => other.adds - one.adds);
      const { map } = found[Math.min(concept, found.length) - 1]!;
      const details = Object.fromEntries(found.map(({ adds }, at) => [`concept${at + 1}`, adds]));
      return { data: Float32Array.from(map), details: { ...details, remainder } };
    }),
);
