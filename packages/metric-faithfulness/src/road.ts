import { configurable } from '@understory/core';
import type { Measurement, Metric } from '@understory/core';
import { measureCurves } from './curve.ts';
import type { Order } from './order.ts';
import { noisyLinearImputation } from './perturbations/noisy-linear-imputation.ts';
import { interpolationOption } from './pixel-scores.ts';
import { replacementsBy } from './replacements.ts';
import { samplesOf } from './samples.ts';
import { batchOption } from './score-pictures.ts';
import { countsInShares } from './steps.ts';

const orders: Readonly<Record<'combined' | 'most' | 'least', readonly Order[]>> = {
  combined: ['descending', 'ascending'],
  most: ['descending'],
  least: ['ascending'],
};

/**
 * Remove and debias: the score when pixels give way to what their surroundings suggest, averaged over shares of removed pixels.
 *
 * `most` removes the most important first (lower is better), `least` the least important (higher is better), `combined` is half the
 * difference, least minus most (higher is better). Exactly the whole number below each share is removed, plateau or not:
 * pixels with equal scores go in an order drawn by the seed. Undefined for a map that is the same everywhere.
 * Rong et al. 2022, "A Consistent and Efficient Evaluation Strategy for Attribution Methods".
 */
export const road = configurable(
  'The metric "road"',
  {
    order: {
      type: 'choice',
      default: 'combined',
      choices: ['combined', 'most', 'least'],
      description: 'Which pixels are removed first: the most important, the least, or both for half their difference.',
    },
    fraction: {
      type: 'number',
      default: 0.9,
      range: [0.001, 1],
      description: 'The largest fraction of the pixels that is removed.',
    },
    steps: {
      type: 'integer',
      default: 9,
      range: [1, 1000],
      description: 'How many fractions, evenly spaced up to the largest, are averaged.',
    },
    noise: {
      type: 'number',
      default: 0.01,
      range: [0, 1000],
      description: 'The standard deviation of the noise of imputed pixels, in the space in which the model is fed.',
    },
    score: {
      type: 'choice',
      default: 'probability',
      choices: ['probability', 'logit'],
      description: 'What is averaged.',
    },
    ...interpolationOption,
    ...batchOption,
  },
  ({ order, fraction, steps, noise, score, interpolation, batch }): Metric => {
    const replacementOf = replacementsBy(noisyLinearImputation({ noise }));
    return {
      better: order === 'most' ? 'lower' : 'higher',
      range: score === 'logit' ? [-Infinity, Infinity] : order === 'combined' ? [-0.5, 0.5] : [0, 1],
      async evaluate(request) {
        const found = await measureCurves(request, samplesOf(request), {
          start: 'original',
          orders: orders[order],
          repeats: 1,
          counts: (pixels) => countsInShares(pixels, fraction, steps),
          replacementOf,
          score,
          interpolation,
          batch,
        });
        return found.map((sample): Measurement => {
          if ('reason' in sample) return { value: undefined, reason: sample.reason };
          const { x, curves, ends, ties } = sample;
          const [first = [], second] = curves;
          const y = second === undefined ? first : second.map((least, at) => (least - first[at]!) / 2);
          const both = second === undefined ? {} : { most: meanOfRemoved(first), least: meanOfRemoved(second) };
          return { value: meanOfRemoved(y), curve: { x, y }, details: { ...ends, ...ties, ...both } };
        });
      },
    };
  },
);

/** The first point has nothing removed. */
function meanOfRemoved([, ...values]: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
