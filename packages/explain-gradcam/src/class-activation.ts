import { batchOf, checkTargetCount, toFloat32 } from '@understory/core';
import type { Explainer, HeatMap, Tensor } from '@understory/core';
import { errors } from './errors.ts';
import { resolveLayer } from './resolve-layer.ts';

/** What a layer did for one sample. */
export interface ClassActivation {
  /** `[channels, places]` in row-major order. */
  readonly activations: Float32Array;
  /** The gradient of the explained number with respect to `activations`, of the same shape. */
  readonly gradients: Float32Array;
  readonly channels: number;
  /** Height times width. */
  readonly places: number;
}

/** The map `[places]` of one sample. */
export type Combine = (sample: ClassActivation) => Float32Array;

/**
 * The step that all methods of this package share: one pass gives a layer's activations and gradients, `combine` turns those of each sample into a map.
 * Throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, LAYER_NOT_SPATIAL, NOT_DIFFERENTIABLE or TARGET_COUNT, and what the backend throws.
 */
export function classActivation(combine: Combine): Explainer {
  return {
    async explain({ model, feeds, objective, layer, signal }) {
      const batch = batchOf(feeds);
      checkTargetCount(objective, batch);
      const { differentiable, name } = resolveLayer({ model, objective, layer, batch });
      signal?.throwIfAborted();
      const { gradients, fetched } = await differentiable.differentiate({
        feeds,
        objective,
        withRespectTo: [name],
        fetch: [name],
      });
      const samples = samplesOf(name, fetched[name], gradients[name], batch);
      return samples.map(({ height, width, ...sample }): HeatMap => ({
        height,
        width,
        data: combine(sample),
        layer: name,
      }));
    },
  };
}

function samplesOf(layer: string, fetched: Tensor | undefined, gradient: Tensor | undefined, batch: number) {
  if (fetched === undefined || gradient === undefined) throw new Error(`the backend did not hand back "${layer}"`);
  const [samples, channels = 0, height = 0, width = 0] = fetched.dims;
  if (fetched.dims.length !== 4 || samples !== batch)
    throw errors.layerNotSpatial({ layer, dims: fetched.dims, batch });
  const activations = toFloat32(fetched);
  const gradients = toFloat32(gradient);
  const places = height * width;
  const size = channels * places;
  return Array.from({ length: batch }, (_, sample) => ({
    activations: activations.subarray(sample * size, (sample + 1) * size),
    gradients: gradients.subarray(sample * size, (sample + 1) * size),
    channels,
    places,
    height,
    width,
  }));
}
