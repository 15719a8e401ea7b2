import { toFloat32 } from '@understory/core';
import type { ExplainRequest, HeatMap, Tensor } from '@understory/core';
import { errors } from './errors.ts';
import type { ExplainedImages } from './explained-images.ts';
import { resolveLayer } from './resolve-layer.ts';

/** What a layer did for all samples. */
export interface Activations {
  /** The tensor's name. */
  readonly layer: string;
  readonly tensor: Tensor;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `[channels, height, width]` of one sample. */
  of(sample: number): Float32Array;
}

/** Throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, LAYER_NOT_SPATIAL or LAYER_AXES. */
export async function activationsOf(request: ExplainRequest, { image, batch }: ExplainedImages): Promise<Activations> {
  const { model, feeds, objective, signal } = request;
  const layer = resolveLayer({ model, objective, layer: request.layer, image: image.name, batch });
  signal?.throwIfAborted();
  const tensor = (await model.run(feeds, [layer]))[layer];
  if (tensor === undefined) throw new Error(`the backend did not hand back "${layer}"`);
  const [samples, channels = 0, height = 0, width = 0] = tensor.dims;
  if (tensor.dims.length !== 4 || samples !== batch) throw errors.layerNotSpatial({ layer, dims: tensor.dims, batch });
  const values = toFloat32(tensor);
  const size = channels * height * width;
  return {
    layer,
    tensor,
    channels,
    height,
    width,
    of: (sample) => values.subarray(sample * size, (sample + 1) * size),
  };
}

/** ReLU(sum_k w_k A_k) of one sample. */
export function weighted(activations: Activations, sample: number, weights: ArrayLike<number>): HeatMap {
  const { layer, height, width, channels } = activations;
  const own = activations.of(sample);
  const places = height * width;
  const map = new Float64Array(places);
  for (let channel = 0; channel < channels; channel += 1) {
    for (let place = 0; place < places; place += 1) map[place]! += weights[channel]! * own[channel * places + place]!;
  }
  return { height, width, data: Float32Array.from(map, (value) => Math.max(value, 0)), layer };
}
