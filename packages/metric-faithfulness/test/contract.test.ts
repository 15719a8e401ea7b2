import { describe, it } from '@jest/globals';
import type { Metric, Model } from '@understory/core';
import * as metrics from '@understory/metric-faithfulness';
import { metricContract } from '@understory/testing';
import { mapOf, randomNumbers, tinyModel, tinyRequest, tinySize } from './support/networks.ts';

const {
  deletion,
  insertion,
  road,
  averageDrop,
  increaseInConfidence,
  pointingGame,
  maxSensitivity,
  sparseness,
  sanity,
} = metrics;
const made: Readonly<Record<string, () => Metric>> = {
  deletion,
  insertion,
  road,
  'average-drop': averageDrop,
  'increase-in-confidence': increaseInConfidence,
  'pointing-game': pointingGame,
  'max-sensitivity': maxSensitivity,
  sparseness,
  sanity,
};

/** A network that draws its weights anew by its seed. */
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
    explain: async ({ feeds }) =>
      Array.from({ length: Object.values(feeds ?? tinyRequest().feeds)[0]!.dims[0]! }, (_, at) =>
        mapOf(3, 4, randomNumbers(12, `map ${at}`)),
      ),
  });

describe.each(Object.entries(made))('%s', (_, create) => {
  for (const { name, run, timeout } of metricContract({ create, request: request() })) it(name, run, timeout);
});
