import { configurable } from '@understory/core';
import { interpolationOption } from '../pixel-scores.ts';
import { measureOnObject } from './on-object.ts';

/**
 * The fraction of the most important pixels that lie on the object, as many pixels as it has.
 *
 * Higher is better, in 0..1. Pixels with equal scores go in an order drawn by the seed. Undefined for a map that is the same everywhere, and where the
 * image has no object. Arras et al. 2022, "CLEVR-XAI: A benchmark dataset for the ground truth evaluation of neural network explanations", relevance rank
 * accuracy: |top-K and object| / K with K = |object|.
 */
export const relevanceRankAccuracy = configurable(
  'The metric "relevance-rank-accuracy"',
  interpolationOption,
  (options) =>
    measureOnObject('relevance-rank-accuracy', { ...options, better: 'higher', range: [0, 1] }, ({ size, hits }) => ({
      value: hits(size) / size,
    })),
);
