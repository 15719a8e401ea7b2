import { activationLayer, batchOf, checkTargetCount, imageInputOf } from '@understory/core';
import type { ExplainRequest, FeatureMaps } from '@understory/core';

/** What a layer did for all samples of a request. */
export interface Activations {
  /** The tensor's name. */
  readonly layer: string;
  readonly batch: number;
  readonly maps: FeatureMaps;
}

/** Throws TARGET_COUNT, NO_IMAGE_INPUT, UNKNOWN_LAYER, NO_SPATIAL_LAYER, LATER_LAYERS_UNDETERMINED, LAYER_NOT_SPATIAL, LAYER_WITHOUT_IMAGE, LAYER_AXES or LAYOUT_MISMATCH. */
export async function activationsOf(request: ExplainRequest): Promise<Activations> {
  const { model, feeds, objective, signal, layer, layout } = request;
  const batch = batchOf(feeds);
  checkTargetCount(objective, batch);
  const image = imageInputOf(model, feeds, request.image).name;
  const { name, read } = activationLayer({ model, objective, layer, layout, feeds, image, batch });
  signal?.throwIfAborted();
  const tensor = (await model.run(feeds, [name]))[name];
  if (tensor === undefined) throw new Error(`the backend did not hand back "${name}"`);
  return { layer: name, batch, maps: read(tensor, batch) };
}
