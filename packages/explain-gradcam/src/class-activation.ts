import { batchOf, checkTargetCount } from '@understory/core';
import type { DifferentiableModel, Explainer, Feeds, HeatMap, Objective, Tensor } from '@understory/core';
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

/** A layer of a model, and the score that is explained by it. */
export interface LayerOfScore {
  readonly model: DifferentiableModel;
  readonly feeds: Feeds;
  readonly objective: Objective;
  /** The tensor name of the layer. */
  readonly layer: string;
}

/** A layer's activations and the slopes that they are combined with, of one shape. */
export interface Slopes {
  readonly activation: Tensor;
  readonly gradient: Tensor;
}

/** One forward and one backward pass. */
export async function firstDerivatives({ model, feeds, objective, layer }: LayerOfScore): Promise<Slopes> {
  const { gradients, fetched } = await model.differentiate({
    ...{ feeds, objective, withRespectTo: [layer], fetch: [layer] },
  });
  const [activation, gradient] = [fetched[layer], gradients[layer]];
  if (activation === undefined || gradient === undefined) throw new Error(`the backend did not hand back "${layer}"`);
  return { activation, gradient };
}

/**
 * The step that all methods of this package share: one pass gives a layer's activations and gradients, or what `derive` puts in their place; `combine` turns those of each sample into a map.
 * Throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, LAYER_NOT_SPATIAL, LAYER_AXES, LAYOUT_MISMATCH, NOT_DIFFERENTIABLE or TARGET_COUNT, and what the backend throws.
 */
export function classActivation(combine: Combine, derive = firstDerivatives): Explainer {
  return {
    readsLayer: true,
    async explain({ model, feeds, image, objective, layer, layout, seed = 0, signal }) {
      const batch = batchOf(feeds);
      checkTargetCount(objective, batch);
      const { differentiable, name, read } = resolveLayer({ model, objective, layer, layout, feeds, image, batch });
      signal?.throwIfAborted();
      const { activation, gradient } = await derive({ model: differentiable, feeds, objective, layer: name });
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
