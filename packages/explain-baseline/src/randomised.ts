import type { Explainer, Model } from '@understory/core';
import { errors } from './errors.ts';
import { Latest } from './latest.ts';

export interface RandomisedExplainer extends Explainer {
  /** Closes the model that was drawn last. */
  dispose(): Promise<void>;
}

/**
 * Randomised weights: another explainer on the same network with all its weights re-initialised. What it still shows is the
 * architecture and the image, not what was learned.
 *
 * Adebayo et al. 2018, "Sanity Checks for Saliency Maps", section 3, the model parameter randomisation test. The draw depends on the
 * request's seed. Throws CANNOT_RANDOMISE or NO_WEIGHTS, and what the other explainer throws.
 */
export function randomised(explainer: Explainer): RandomisedExplainer {
  const drawn = new Latest<Model>((model) => model.close());
  return {
    async explain(request) {
      const { model, seed = 0 } = request;
      const { weightedLayers: layers } = model;
      if (layers === undefined || model.randomised === undefined) {
        throw errors.cannotRandomise({ backend: model.origin.backend });
      }
      if (layers.length === 0) throw errors.noWeights();
      request.signal?.throwIfAborted();
      return drawn.use(
        [model, seed],
        () => model.randomised!({ layers, seed }),
        (other) => explainer.explain({ ...request, model: other }),
      );
    },
    dispose: () => drawn.clear(),
  };
}
