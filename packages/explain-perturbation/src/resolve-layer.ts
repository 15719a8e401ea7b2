import { betweenIn, errors, findLayer, lastSpatialLayer, outputsOf, placesOf } from '@understory/core';
import type { LayerSpec, Model, Objective, ReadPlaces } from '@understory/core';

export interface LayerRequest {
  readonly model: Model;
  readonly objective: Objective;
  /** A tensor name or module path; `auto` or nothing for the last spatial activation on the way from the image to what is explained. */
  readonly layer: string | undefined;
  readonly image: string;
  readonly batch: number;
}

/** The layer whose activations are read, and how; throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, LAYER_NOT_SPATIAL or LAYER_AXES. */
export function resolveLayer({ model, objective, layer, image, batch }: LayerRequest): {
  readonly name: string;
  readonly read: ReadPlaces;
} {
  const isAuto = layer === undefined || layer.trim() === 'auto';
  const found = isAuto ? chooseLayer(model, image, outputsOf(objective)) : findLayer(model.layers, layer);
  return { name: found.name, read: placesOf(model, found, batch) };
}

function chooseLayer(model: Model, image: string, outputs: readonly string[]): LayerSpec {
  const isBetween = model.graph === undefined ? () => true : betweenIn(model.graph, [image], outputs);
  const found = lastSpatialLayer(model, isBetween);
  if (found !== undefined) return found;
  throw errors.noSpatialLayer({ layers: model.layers.length, output: outputs.join(', ') });
}
