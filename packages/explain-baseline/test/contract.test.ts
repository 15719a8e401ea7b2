import { describe, it } from '@jest/globals';
import type { Model } from '@understory/core';
import { centre, random, randomised, sobel } from '@understory/explain-baseline';
import { saliency } from '@understory/explain-gradients';
import { explainerContract } from '@understory/testing';
import { feeds, network, objective } from './networks.ts';

/** A network that redraws its weights by its seed. */
function drawn(): Model {
  return Object.assign(network(), {
    weightedLayers: ['logits'],
    randomised: async ({ seed }: { readonly seed: number }) => network(2 + seed),
  });
}

const baselines = { random, centre: centre(), sobel, randomised: randomised(saliency) };

describe.each(Object.entries(baselines))('%s', (_, explainer) => {
  for (const { name, run, timeout } of explainerContract({ create: () => explainer, open: drawn, feeds, objective })) {
    it(name, run, timeout);
  }
});
