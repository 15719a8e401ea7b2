import {
  betweenIn,
  configurable,
  errors,
  fedImageSize,
  float32,
  layerReadings,
  outputsOf,
  placesOf,
} from '@understory/core';
import type { Explainer, FeatureMaps, HeatMap } from '@understory/core';
import { resample } from '@understory/imaging';
import { biasesOf } from './biases.ts';
import { everySample, explainedImages } from './explained-image.ts';

/** Keeps the range of what is the same everywhere off zero: that of the authors' code, and of pytorch-grad-cam's. */
const EPSILON = { layer: 1e-6, channel: 1e-7 } as const;

/**
 * FullGrad: input x gradient, and the gradient of each bias of the network, on one map.
 *
 * psi(dS/dx x) + sum_l sum_c psi(dS/db_lc b_lc) over the layers l and channels c, with psi(z) = upsample(rescale(|z|)), bilinear. Srinivas and
 * Fleuret 2019, "Full-Gradient Representation for Neural Network Visualization", equation 8. Biases are those of convolutions, of batch
 * normalisations (b - mean scale / deviation) and constants that are added; those of layers without places count in `details` only. `rescale` is to 0..1 by the lowest and
 * highest value of a layer, as the authors do, or of each channel, as pytorch-grad-cam does.
 * In a network of linear layers, ReLUs and maxima, input x gradient and all bias gradients sum to the score (equation 3); `details` say how far they do.
 * Throws CAPABILITY_MISSING, TARGET_COUNT, NO_IMAGE_INPUT or NOT_DIFFERENTIABLE.
 */
export const fullGrad = configurable(
  'The explainer "fullgrad"',
  {
    rescale: {
      type: 'choice',
      default: 'layer',
      choices: ['layer', 'channel', 'none'],
      description:
        "Bring each layer (as the paper's authors do) or each channel (as pytorch-grad-cam does) to 0..1 before they are added up.",
    },
  },
  ({ rescale }): Explainer => ({
    async explain(request) {
      const { model, image, batch, pixels } = explainedImages(request);
      const { feeds, objective, signal } = request;
      const { graph } = model;
      if (graph === undefined)
        throw errors.capabilityMissing({
          what: 'FullGrad',
          capability: 'view of the graph',
          backend: model.origin.backend,
        });
      const outputs = outputsOf(objective);
      const isOnPath = betweenIn(graph, [image.name], outputs);
      const biases = biasesOf(model, graph, isOnPath).filter(({ layer }) =>
        outputs.some((output) => model.differentiability(output, layer).differentiable),
      );
      signal?.throwIfAborted();
      const layers = [...new Set(biases.map(({ layer }) => layer))];
      const { gradients, value } = await model.differentiate({
        feeds,
        objective,
        withRespectTo: [image.name, ...layers],
      });
      const { height, width, channels, channelStride, pixelStride, size } = image;
      const slopes = gradients[image.name]!.data as Float32Array;
      const places = height * width;
      const maps = everySample(batch).map((sample) => {
        // Channels first, whatever the layout of the input is.
        const products = new Float32Array(channels * places);
        for (let channel = 0; channel < channels; channel += 1)
          for (let pixel = 0; pixel < places; pixel += 1) {
            const at = sample * size + channel * channelStride + pixel * pixelStride;
            products[channel * places + pixel] = pixels[at]! * slopes[at]!;
          }
        const attributed = products.reduce((total, each) => total + each, 0);
        return { data: summed(products, channels, rescale), attributed };
      });
      const readings = layerReadings(model);
      for (const { layer, contribution } of biases) {
        const gradient = gradients[layer]!;
        const products = contribution(gradient);
        const each = products.length / batch;
        const found = readings.get(layer);
        const read =
          typeof found === 'object'
            ? placesOf(
                model,
                model.layers.find(({ name }) => name === layer)!,
                batch,
                {
                  image: fedImageSize(model, feeds, image.name),
                },
              )
            : undefined;
        const features: FeatureMaps | undefined = read?.(float32(products, gradient.dims), batch);
        for (const [sample, map] of maps.entries()) {
          for (let at = sample * each; at < (sample + 1) * each && features === undefined; at += 1)
            map.attributed += products[at]!;
          if (features === undefined) continue;
          map.attributed += features.whole(sample).reduce((total, one) => total + one, 0);
          if (features.height * features.width === 1) continue;
          const { height: rows, width: columns, channels: count } = features;
          const sum = summed(features.of(sample), count, rescale);
          const grown = resample({ height: rows, width: columns, data: sum }, { height, width }, 'bilinear');
          grown.forEach((one, at) => (map.data[at]! += one));
        }
      }
      return maps.map(({ data, attributed }, sample): HeatMap => ({
        ...{ height, width, data: Float32Array.from(data) },
        details: { objective: value[sample]!, attributed, completenessGap: attributed - value[sample]! },
      }));
    },
  }),
);

/** The sum over channels `[channels, places]` of magnitudes, each brought to 0..1. */
function summed(values: Float32Array, channels: number, rescale: 'layer' | 'channel' | 'none'): Float64Array {
  const places = values.length / channels;
  const sum = new Float64Array(places);
  const step = rescale === 'channel' ? places : values.length;
  for (let start = 0; start < values.length; start += step) {
    const part = values.subarray(start, start + step).map(Math.abs);
    const low = rescale === 'none' ? 0 : part.reduce((least, value) => Math.min(least, value), Infinity);
    const high = part.reduce((most, value) => Math.max(most, value), -Infinity);
    const range = rescale === 'none' ? 1 : high - low + EPSILON[rescale];
    part.forEach((value, at) => (sum[(start + at) % places]! += (value - low) / range));
  }
  return sum;
}
