import { isDifferentiable, type Feeds, type HessianProductRequest, type Model } from '@understory/core';

/** The name of the input that `besideAnother` adds. */
export const otherImage = 'another image';

/** The same model with an input in front of its own that takes another image, which nothing depends on. */
export function besideAnother(model: Model, image: string): Model {
  const { dims } = model.inputs.find(({ name }) => name === image)!;
  const own = ({ [otherImage]: _, ...feeds }: Feeds): Feeds => feeds;
  const changed: Partial<Model> & { differentiate?: unknown } = {
    inputs: [{ name: otherImage, type: 'float32', dims }, ...model.inputs],
    run: (feeds, fetch) => model.run(own(feeds), fetch),
    ...(model.runFrom && {
      runFrom: (feeds, activations, fetch) => model.runFrom!(own(feeds), activations, fetch),
    }),
    ...(model.randomised && {
      randomised: async (options) => besideAnother(await model.randomised!(options), image),
    }),
    ...(isDifferentiable(model) && {
      differentiate: (request: Parameters<typeof model.differentiate>[0]) =>
        model.differentiate({ ...request, feeds: own(request.feeds) }),
      ...(model.hessianProduct && {
        hessianProduct: (request: HessianProductRequest) =>
          model.hessianProduct!({ ...request, feeds: own(request.feeds) }),
      }),
      differentiability: (output: string, tensor: string) =>
        tensor === otherImage
          ? { differentiable: false, reason: 'noPath', message: 'Nothing depends on it.' }
          : model.differentiability(output, tensor),
    }),
  };
  return new Proxy(model, {
    get: (target, name) => {
      const value: unknown = Reflect.get(Object.hasOwn(changed, name) ? changed : target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
