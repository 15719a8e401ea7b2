import * as tfl from '@tensorflow/tfjs-layers';

/** Elements of a weight that is made whatever the file has. */
export const leastBound = 2 ** 20;

type AddWeight = (name: string, shape: readonly (number | null)[], ...rest: readonly unknown[]) => unknown;

/** Makes layers none of whose weights has more elements than `most`: what a layer declares would be allocated unseen. */
export async function withBoundedWeights<T>(most: number, work: () => Promise<T>): Promise<T> {
  const layer = tfl.layers.Layer.prototype as unknown as { addWeight: AddWeight };
  const before = layer.addWeight;
  layer.addWeight = function addWeight(this: { readonly name: string }, name, shape, ...rest) {
    const count = shape.reduce<number>((product, size) => product * (size ?? 1), 1);
    if (!(count <= most)) {
      throw new Error(
        `the weight ${name} [${shape.join(', ')}] of the layer "${this.name}" is larger than any in the file`,
      );
    }
    return before.call(this, name, shape, ...rest);
  };
  try {
    return await work();
  } finally {
    layer.addWeight = before;
  }
}
