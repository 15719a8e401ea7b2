import { configurable } from '@understory/core';
import { interpolationOption } from '../pixel-scores.ts';
import { massInside, measureOnObject, rangeOfMass, signOption } from './on-object.ts';

/**
 * The part of the map that lies on the object: the sum over its pixels, over that of all.
 *
 * Higher is better, in 0..1; any number with `sign=signed`, where negative values are taken off. Undefined for a map that is the same everywhere, and where
 * nothing of the map counts or the image has no object. Arras et al. 2022, "CLEVR-XAI: A benchmark dataset for the ground truth evaluation of neural network
 * explanations", relevance mass accuracy, whose maps have no negative values.
 */
export const relevanceMassAccuracy = configurable(
  'The metric "relevance-mass-accuracy"',
  { ...signOption, ...interpolationOption },
  ({ sign, ...options }) =>
    measureOnObject('relevance-mass-accuracy', { ...options, better: 'higher', range: rangeOfMass(sign) }, (found) =>
      massInside(found, sign),
    ),
);
