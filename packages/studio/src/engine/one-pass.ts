import { isDifferentiable, outputsOf, type Derivative, type DifferentiateRequest, type Model } from '@understory/core';

/**
 * The same model, which computes gradients at all of `layers` whenever it is asked for those at one of them, and remembers them: explainers that read one layer each
 * then share one pass. A layer that the objective does not depend on is left out of it, and fails by itself.
 */
export function inOnePass(model: Model, layers: readonly string[]): Model {
  if (!isDifferentiable(model)) return model;
  const known = new Map<string, Promise<Derivative>>();
  const differentiate = async (request: DifferentiateRequest): Promise<Derivative> => {
    const { withRespectTo, fetch = [], objective, rules, feeds } = request;
    const reached = layers.filter((layer) =>
      outputsOf(objective).some((output) => output === layer || model.differentiability(output, layer).differentiable),
    );
    const own = new Set(reached);
    if (!withRespectTo.every((name) => own.has(name))) return model.differentiate(request);
    const others = fetch.filter((name) => !own.has(name));
    const key = JSON.stringify([objective, rules ?? null, others, Object.keys(feeds)]);
    const all =
      known.get(key) ?? model.differentiate({ ...request, withRespectTo: reached, fetch: [...reached, ...others] });
    known.set(key, all);
    const { value, gradients, fetched } = await all;
    const only = (tensors: Derivative['gradients'], names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, tensors[name]!]));
    return { value, gradients: only(gradients, withRespectTo), fetched: only(fetched, fetch) };
  };
  return new Proxy(model, {
    get(target, name) {
      if (name === 'differentiate') return differentiate;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(target) : value;
    },
  });
}
