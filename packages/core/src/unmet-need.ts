import { isDifferentiable, type Model } from './contracts/model.ts';
import type { ModelNeed } from './plugin/define-plugin.ts';

const isMet: Readonly<Record<ModelNeed, (model: Model) => boolean>> = {
  gradients: isDifferentiable,
  graph: ({ graph }) => graph !== undefined,
  programs: (model) => isDifferentiable(model) && model.compile !== undefined,
};

/** The first need that a model, as its backend opened it, does not meet; undefined where it meets them all. */
export function unmetNeed(model: Model, needs: readonly ModelNeed[]): ModelNeed | undefined {
  // What a later host knows of is not for this one to judge.
  return needs.find((need) => Object.hasOwn(isMet, need) && !isMet[need](model));
}
