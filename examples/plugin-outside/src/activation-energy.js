import { batchOf, checkTargetCount, errors, findLayer, lastSpatialLayer, placesOf } from '@understory/core';

/**
 * How strongly a layer responds at each place, whatever is asked: the length of the vector of its channels.
 *
 * @type {import('@understory/core').Explainer}
 */
export const activationEnergy = {
  async explain({ model, feeds, objective, layer, signal }) {
    const batch = batchOf(feeds);
    checkTargetCount(objective, batch);
    const found = layer === undefined ? lastSpatialLayer(model, () => true) : findLayer(model.layers, layer);
    if (found === undefined) {
      throw errors.noSpatialLayer({ layers: model.layers.length, output: model.outputs[0]?.name ?? '' });
    }
    const read = placesOf(model, found, batch);
    signal?.throwIfAborted();
    const { [found.name]: activation } = await model.run(feeds, [found.name]);
    if (activation === undefined) throw new Error(`the backend did not hand back "${found.name}"`);
    const { height, width, channels, of } = read(activation, batch);
    return Array.from({ length: batch }, (_, sample) => {
      const values = of(sample);
      const data = Float32Array.from({ length: height * width }, (__, place) => {
        let sum = 0;
        for (let channel = 0; channel < channels; channel += 1) {
          sum += (values[channel * height * width + place] ?? 0) ** 2;
        }
        return Math.sqrt(sum);
      });
      return { height, width, data, layer: found.name };
    });
  },
};
