import { describe, it } from '@jest/globals';
import { maskOfBoxes } from '@understory/core';
import type { Metric, Model } from '@understory/core';
import * as metrics from '@understory/metric-faithfulness';
import { metricContract } from '@understory/testing';
import { mapOf, randomNumbers, tinyModel, tinyRequest, tinySize } from './support/networks.ts';

/** A metric with settings that fit a picture of 6 x 7 pixels. */
const made: Readonly<Record<string, () => Metric>> = {
  deletion: metrics.deletion,
  insertion: metrics.insertion,
  road: metrics.road,
  'average-drop': metrics.averageDrop,
  'increase-in-confidence': metrics.increaseInConfidence,
  'faithfulness-correlation': () => metrics.faithfulnessCorrelation({ subset: 5, draws: 20 }),
  'faithfulness-correlation, subsets too large': metrics.faithfulnessCorrelation,
  'faithfulness-estimate': metrics.faithfulnessEstimate,
  monotonicity: metrics.monotonicity,
  'monotonicity-correlation': () => metrics.monotonicityCorrelation({ steps: 6, draws: 3 }),
  infidelity: () => metrics.infidelity({ patch: 2 }),
  'region-perturbation': () => metrics.regionPerturbation({ patch: 2 }),
  'region-perturbation in a random order': () => metrics.regionPerturbation({ patch: 2, order: 'random' }),
  'pointing-game': metrics.pointingGame,
  'relevance-mass-accuracy': metrics.relevanceMassAccuracy,
  'relevance-rank-accuracy': metrics.relevanceRankAccuracy,
  'attribution-localisation': () => metrics.attributionLocalisation({ weighted: true }),
  'top-k-intersection': () => metrics.topKIntersection({ pixels: 7 }),
  'max-sensitivity': metrics.maxSensitivity,
  'local-lipschitz': () => metrics.localLipschitz({ draws: 3 }),
  continuity: () => metrics.continuity({ steps: 4 }),
  sparseness: metrics.sparseness,
  complexity: metrics.complexity,
  'effective-complexity': metrics.effectiveComplexity,
  sanity: metrics.sanity,
  'random-logit': () => metrics.randomLogit({ draws: 2 }),
};

/** A network that redraws its weights by its seed. */
function drawn(): Model {
  return Object.assign(tinyModel(), {
    weightedLayers: ['features', 'logits'],
    randomised: async ({ seed }: { readonly seed: number }) => tinyModel(tinySize, `drawn ${seed}`),
  });
}

const request = () =>
  tinyRequest(3, tinySize, {
    model: drawn(),
    boxes: [0, 1, 2].map((x) => [{ x, y: 1, width: 2, height: 3 }]),
    objects: [0, 1, 2].map((x) => maskOfBoxes([{ x, y: 1, width: 2, height: 3 }], tinySize)),
    explain: async ({ feeds, objective }) =>
      Array.from({ length: Object.values(feeds ?? tinyRequest().feeds)[0]!.dims[0]! }, (_, at) =>
        mapOf(3, 4, randomNumbers(12, `map ${at}${objective?.kind === 'score' ? objective.index[at]!.join() : ''}`)),
      ),
  });

describe.each(Object.entries(made))('%s', (_, create) => {
  for (const { name, run, timeout } of metricContract({ create, request: request() })) it(name, run, timeout);
});
