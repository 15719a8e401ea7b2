import { configurable } from '@understory/core';
import { weightedLeastSquares } from '@understory/statistics';
import type { Explainer } from '@understory/core';
import { surrogateMaps } from './coalitions.ts';
import type { Coalition } from './coalitions.ts';
import { superpixelOptions } from './superpixels.ts';

/**
 * LIME: the coefficients of a linear model that predicts the score from which superpixels are left in the image.
 *
 * w that makes sum_z pi(z) (f(z) - a - w z)^2 + ridge |w|^2 smallest, with pi(z) = exp(-D(z)^2 / sigma^2); each superpixel is left in with probability 1/2.
 * Ribeiro, Singh and Guestrin 2016, "Why Should I Trust You?: Explaining the Predictions of Any Classifier", equation 2 and section 3.4. The penalty is that
 * of the authors' code, in place of a limit on the number of coefficients; D is its cosine distance from the whole image, 1 - sqrt(|z| / M) for M superpixels, or the Euclidean
 * one, sqrt(1 - |z| / M). `details` have `fit`, the fraction of the weighted variance of scores that is told (R^2).
 */
export const lime = configurable(
  'The explainer "lime"',
  {
    samples: {
      type: 'integer',
      default: 1000,
      range: [2, 1_000_000],
      description: 'Images with some superpixels left out that each image is explained by, the whole one among them.',
    },
    distance: {
      type: 'choice',
      default: 'cosine',
      choices: ['cosine', 'euclidean'],
      description: 'How far an image with superpixels left out is from the whole one.',
    },
    kernel: {
      type: 'number',
      default: 0.25,
      range: [0.01, 1000],
      description: 'Distance at which an image counts 1/e of what the whole one does.',
    },
    ridge: {
      type: 'number',
      default: 1,
      range: [0, 1e6],
      description: 'How much the squares of the coefficients count against the fit.',
    },
    score: {
      type: 'choice',
      default: 'probability',
      choices: ['probability', 'objective'],
      description: 'Predict the probability of the class, as the paper does, or the objective as it stands.',
    },
    ...superpixelOptions,
  },
  ({ samples, distance, kernel, ridge, score, ...settings }): Explainer => ({
    explain: (request) =>
      surrogateMaps(request, settings, {
        id: 'lime',
        score,
        draw: (count, random) =>
          Array.from({ length: samples }, (_, at) =>
            Uint8Array.from({ length: count }, () => (at === 0 || random.uniform() < 0.5 ? 1 : 0)),
          ),
        fit(coalitions, values) {
          const weights = coalitions.map((coalition) => Math.exp(-((distanceOf(coalition, distance) / kernel) ** 2)));
          const { coefficients, intercept } = weightedLeastSquares({ rows: coalitions, values, weights, ridge });
          const told = coalitions.map((coalition) =>
            coalition.reduce((sum, each, one) => sum + each * coefficients[one]!, intercept),
          );
          return { importance: coefficients, details: { intercept, fit: fitOf(values, told, weights) } };
        },
      }),
  }),
);

/** How far a coalition is from that of all. */
function distanceOf(coalition: Coalition, distance: 'cosine' | 'euclidean'): number {
  const share = coalition.reduce((sum, each) => sum + each, 0) / coalition.length;
  return distance === 'cosine' ? 1 - Math.sqrt(share) : Math.sqrt(1 - share);
}

/** R^2 by weights; 1 where nothing varies. */
function fitOf(values: ArrayLike<number>, told: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = weights.reduce((sum, weight, at) => sum + weight * values[at]!, 0) / total;
  const spread = weights.reduce((sum, weight, at) => sum + weight * (values[at]! - mean) ** 2, 0);
  const missed = weights.reduce((sum, weight, at) => sum + weight * (values[at]! - told[at]!) ** 2, 0);
  return spread === 0 ? 1 : 1 - missed / spread;
}
