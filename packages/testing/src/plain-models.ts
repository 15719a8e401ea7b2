import { PixelSubject, type Model } from '@understory/core';

/** The same model without gradients and programs; all else that it has stays. */
export function withoutGradients(model: Model): Model {
  const { graph, weightedLayers } = model;
  return {
    ...bareModel(model),
    ...(graph && { graph }),
    ...(weightedLayers && { weightedLayers }),
    ...(model.randomised && { randomised: (options) => model.randomised!(options) }),
    ...(model.runFrom && { runFrom: (...request) => model.runFrom!(...request) }),
  };
}

/** The same model with nothing but what every model has. */
export function bareModel(model: Model): Model {
  const { inputs, outputs, layers, origin } = model;
  return { inputs, outputs, layers, origin, run: (...request) => model.run(...request), close: () => model.close() };
}

/** The same subject of another model with the same inputs and outputs. */
export function ofAnotherModel(
  { subject, normalisation, height, width }: PixelSubject,
  change: (model: Model) => Model,
): PixelSubject {
  const model = change(subject.model);
  const other = new Proxy(subject, {
    get: (target, name) => {
      if (name === 'model') return model;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return new PixelSubject(other, normalisation, { height, width });
}
