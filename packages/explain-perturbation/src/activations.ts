import { activationLayer } from '@understory/core';
import { principalScores } from '@understory/statistics';
import type { ExplainRequest, FeatureMaps, HeatMap, Tensor } from '@understory/core';
import type { ExplainedImages } from './explained-images.ts';

/** What a layer did for all samples. */
export interface Activations extends FeatureMaps {
  /** The tensor's name. */
  readonly layer: string;
  readonly tensor: Tensor;
}

/** Throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, LAYER_NOT_SPATIAL, LAYER_AXES or LAYOUT_MISMATCH. */
export async function activationsOf(request: ExplainRequest, { image, batch }: ExplainedImages): Promise<Activations> {
  const { model, feeds, objective, signal } = request;
  const { name, read } = activationLayer({
    ...{ model, objective, feeds, batch },
    layer: request.layer,
    layout: request.layout,
    image: image.name,
  });
  signal?.throwIfAborted();
  const tensor = (await model.run(feeds, [name]))[name];
  if (tensor === undefined) throw new Error(`the backend did not hand back "${name}"`);
  return { layer: name, tensor, ...read(tensor, batch) };
}

/** ReLU(sum_k w_k A_k) of one sample; with eigen smoothing the first principal component of w_k A_k instead of their sum. */
export function weighted(
  activations: Activations,
  sample: number,
  weights: ArrayLike<number>,
  smooth: readonly string[],
): HeatMap {
  const { layer, reading, height, width, channels } = activations;
  const own = activations.of(sample);
  const places = height * width;
  const products = Float64Array.from(own, (value, at) => weights[Math.floor(at / places)]! * value);
  const map = smooth.includes('eigen') ? principalScores(products, channels) : new Float64Array(places);
  if (!smooth.includes('eigen')) products.forEach((product, at) => (map[at % places]! += product));
  const data = Float32Array.from(map, (value) => Math.max(value, 0));
  return { height, width, data, layer, ...(reading !== undefined && { reading }) };
}
