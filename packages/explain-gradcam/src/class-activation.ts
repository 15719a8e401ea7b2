import { batchOf, checkTargetCount } from '@understory/core';
import type { Explainer, HeatMap } from '@understory/core';
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

/** The map `[places]` of one sample, for the seed of a request, by itself or with what is to be told beside it. */
export type Combine = (sample: ClassActivation, seed: number) => Float32Array | Pick<HeatMap, 'data' | 'details'>;

/**
 * The step that all methods of this package share: one pass gives a layer's activations and gradients, `combine` turns those of each sample into a map.
 * Throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, LAYER_NOT_SPATIAL, LAYER_AXES, LAYOUT_MISMATCH, NOT_DIFFERENTIABLE or TARGET_COUNT, and what the backend throws.
 */
export function classActivation(combine: Combine): Explainer {
  return {
    readsLayer: true,
    async explain({ model, feeds, image, objective, layer, layout, seed = 0, signal }) {
      const batch = batchOf(feeds);
      checkTargetCount(objective, batch);
      const { differentiable, name, read } = resolveLayer({ model, objective, layer, layout, feeds, image, batch });
      signal?.throwIfAborted();
      const { gradients, fetched } = await differentiable.differentiate({
        feeds,
        objective,
        withRespectTo: [name],
        fetch: [name],
      });
      const [activation, gradient] = [fetched[name], gradients[name]];
      if (activation === undefined || gradient === undefined)
        throw new Error(`the backend did not hand back "${name}"`);
      const { height, width, reading, channels, of } = read(activation, batch);
      const slopes = read(gradient, batch);
      const places = height * width;
      return Array.from({ length: batch }, (_, sample): HeatMap => {
        const map = combine({ activations: of(sample), gradients: slopes.of(sample), channels, places }, seed);
        return {
          ...{ height, width, layer: name },
          ...('data' in map ? map : { data: map }),
          ...(reading !== undefined && { reading }),
        };
      });
    },
  };
}
