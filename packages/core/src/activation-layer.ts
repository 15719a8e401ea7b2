import type { Layout } from './axes/layout.ts';
import { betweenIn } from './between.ts';
import { checkLayerSees } from './check-layer-sees.ts';
import { coarsestLayer } from './coarsest-layer.ts';
import type { Feeds, LayerSpec, Model } from './contracts/model.ts';
import type { Objective } from './contracts/objective.ts';
import { errors } from './errors/index.ts';
import { explainedTensors } from './explained-tensors.ts';
import { findLayer, lastSpatialLayer, layersWithoutReading } from './layers.ts';
import { fedImageSize, placesOf } from './places.ts';
import type { ReadPlaces } from './places.ts';

export interface ActivationLayerRequest {
  readonly model: Model;
  readonly objective: Objective;
  /** A tensor name or module path; `auto` or nothing for the last spatial activation on the way from the image to what is explained, or the coarsest where that is a map. */
  readonly layer: string | undefined;
  /** What its axes are said to be. */
  readonly layout?: Layout | undefined;
  readonly feeds: Feeds;
  readonly image: string;
  readonly batch: number;
}

/** The layer whose activations are read where no gradients are asked for, and how; throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, LATER_LAYERS_UNDETERMINED, LAYER_NOT_SPATIAL, LAYER_WITHOUT_IMAGE, LAYER_AXES or LAYOUT_MISMATCH. */
export function activationLayer({ model, objective, layer, layout, feeds, image, batch }: ActivationLayerRequest): {
  readonly name: string;
  readonly read: ReadPlaces;
} {
  const isAuto = layer === undefined || layer.trim() === 'auto';
  const found = isAuto ? chooseLayer(model, image, objective, layout) : findLayer(model.layers, layer);
  if (!isAuto) checkLayerSees(model, found.name, image);
  return {
    name: found.name,
    read: placesOf(model, found, batch, { layout, image: fedImageSize(model, feeds, image) }),
  };
}

function chooseLayer(model: Model, image: string, objective: Objective, layout: Layout | undefined): LayerSpec {
  const { graph } = model;
  const explained = explainedTensors(model, objective);
  const outputs = [...new Set(explained.flat())];
  // A layer that one sample's number does not depend on would have a map of zeros.
  const ways = graph === undefined ? [] : explained.map((own) => betweenIn(graph, [image], own));
  const isBetween = (name: string) => ways.every((isOnWay) => isOnWay(name));
  const coarsest = layout === undefined ? coarsestLayer(model, outputs, isBetween, image) : undefined;
  const found = coarsest ?? lastSpatialLayer(model, isBetween, layout);
  if (found !== undefined) return found;
  throw errors.noSpatialLayer({
    layers: model.layers.length,
    output: outputs.join(', '),
    candidates: layout === undefined ? layersWithoutReading(model, isBetween) : [],
    layout,
  });
}
