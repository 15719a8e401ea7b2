import {
  betweenIn,
  checkLayerSees,
  coarsestLayer,
  errors,
  explainedTensors,
  findLayer,
  fedImageSize,
  isDifferentiable,
  isFloat,
  lastSpatialLayer,
  layersWithoutReading,
  outputsOf,
  placesOf,
  specText,
} from '@understory/core';
import type {
  Differentiability,
  DifferentiableModel,
  Feeds,
  LayerSpec,
  Layout,
  Model,
  Objective,
  ReadPlaces,
} from '@understory/core';

/** Explainers that work where gradients do not. */
const withoutGradients = ['cam', 'scorecam', 'ablationcam', 'rise', 'occlusion'];

export interface LayerRequest {
  readonly model: Model;
  readonly objective: Objective;
  /** A tensor name or module path; `auto` or nothing for the last spatial activation on the way from the image to what is explained, or the coarsest where that is a map. */
  readonly layer: string | undefined;
  /** What its axes are said to be. */
  readonly layout?: Layout | undefined;
  readonly feeds: Feeds;
  /** The name of the input that takes the explained picture; every input that may take one where absent. */
  readonly image?: string | undefined;
  readonly batch: number;
}

/** The layer whose activations are read, and how; throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, NO_IMAGE_INPUT, LATER_LAYERS_UNDETERMINED, LAYER_NOT_SPATIAL, LAYER_WITHOUT_IMAGE, LAYER_AXES, LAYOUT_MISMATCH or NOT_DIFFERENTIABLE. */
export function resolveLayer({ model, objective, layer, layout, feeds, image, batch }: LayerRequest): {
  readonly differentiable: DifferentiableModel;
  readonly name: string;
  readonly read: ReadPlaces;
} {
  const outputs = outputsOf(objective);
  if (!isDifferentiable(model)) {
    throw errors.notDifferentiable({
      output: outputs.join(', '),
      tensor: layer ?? 'auto',
      reason: `the backend "${model.origin.backend}" computes no gradients`,
      alternatives: withoutGradients,
    });
  }
  const isAuto = layer === undefined || layer.trim() === 'auto';
  const found = isAuto ? chooseLayer(model, objective, { layout, image }) : findLayer(model.layers, layer);
  const read = placesOf(model, found, batch, { layout, image: fedImageSize(model, feeds, image) });
  if (!isAuto) {
    if (image !== undefined) checkLayerSees(model, found.name, image);
    checkReach(model, outputs, found.name);
  }
  return { differentiable: model, name: found.name, read };
}

function chooseLayer(
  model: DifferentiableModel,
  objective: Objective,
  { layout, image }: Pick<LayerRequest, 'layout' | 'image'>,
): LayerSpec {
  const explained = explainedTensors(model, objective);
  const outputs = [...new Set(explained.flat())];
  const last = (isOnPath: (name: string) => boolean) => lastSpatialLayer(model, isOnPath, layout);
  // A layer that one sample's number does not depend on would have a map of zeros.
  const reaches = (name: string) => explained.every((own) => obstacleTo(model, own, name).differentiable);
  const images = image === undefined ? imageInputs(model) : [image];
  const between = model.graph ? betweenIn(model.graph, images, outputs) : () => false;
  const sees = (name: string) => images.map((image) => model.differentiability(name, image));
  // Grids made from the image's size alone, such as position embeddings, depend on the image without a gradient; so does all behind an integer input.
  const isOnWay = (name: string) => reaches(name) && sees(name).some((way) => way.differentiable);
  const found =
    (layout === undefined ? coarsestLayer(model, outputs, isOnWay, image) : undefined) ??
    last(isOnWay) ??
    last((name) => reaches(name) && sees(name).some((way) => !isUnrelated(way))) ??
    last((name) => reaches(name) && between(name));
  if (found !== undefined) {
    checkImages(model, images, found);
    return found;
  }

  const blocked = last((name) => !isUnrelated(obstacleTo(model, outputs, name)));
  if (blocked !== undefined) checkReach(model, outputs, blocked.name);
  const flattened = last(between);
  if (flattened !== undefined) checkReach(model, outputs, flattened.name);
  checkPictures(model, outputs, images);
  throw errors.noSpatialLayer({
    layers: model.layers.length,
    output: outputs.join(', '),
    candidates: layout === undefined ? layersWithoutReading(model, between) : [],
    layout,
  });
}

/** Throws NOT_DIFFERENTIABLE where an operator keeps gradients from all pictures, as in a quantised network: no other layer would do either. */
function checkPictures(model: DifferentiableModel, outputs: readonly string[], images: readonly string[]): void {
  const pictures = model.inputs.filter((input) => images.includes(input.name) && isFloat(input));
  const areStopped = pictures.every(({ name }) => {
    const obstacle = obstacleTo(model, outputs, name);
    return !obstacle.differentiable && (!isUnrelated(obstacle) || lastStop(model, outputs, name) !== undefined);
  });
  if (areStopped && pictures[0] !== undefined) checkReach(model, outputs, pictures[0].name);
}

/** Throws NO_IMAGE_INPUT where a model takes several images and the layer sees only some of them: its map may be of another image. */
function checkImages(model: DifferentiableModel, images: readonly string[], { name }: LayerSpec): void {
  const unseen = images.filter((image) => isUnrelated(model.differentiability(name, image)));
  if (unseen.length === 0 || unseen.length === images.length) return;
  throw errors.noImageInput({
    inputs: model.inputs.filter((input) => images.includes(input.name)).map(specText),
    next: `Name a layer: "${name}", the last one, does not see ${unseen.map((image) => `"${image}"`).join(', ')}.`,
  });
}

function checkReach(model: DifferentiableModel, outputs: readonly string[], tensor: string): void {
  const obstacle = obstacleTo(model, outputs, tensor);
  if (obstacle.differentiable) return;
  const stop = isUnrelated(obstacle) ? lastStop(model, outputs, tensor) : undefined;
  const alternatives =
    isUnrelated(obstacle) && stop === undefined ? ['a layer that the explained output depends on'] : withoutGradients;
  throw errors.notDifferentiable({
    output: outputs.join(', '),
    tensor,
    reason: stop ?? obstacle.message,
    alternatives,
  });
}

/** The operator at which gradients end on their way to a tensor that the outputs do depend on, such as a step function. */
function lastStop(model: DifferentiableModel, outputs: readonly string[], tensor: string): string | undefined {
  if (model.graph === undefined) return undefined;
  const between = betweenIn(model.graph, [tensor], outputs);
  const isReached = (name: string) => between(name) && obstacleTo(model, outputs, name).differentiable;
  const stop = model.graph.nodes.findLast(
    ({ inputs, outputs: computed }) => computed.some(isReached) && inputs.some(between) && !inputs.some(isReached),
  );
  return stop && `gradients end at ${stop.operator} ("${stop.outputs[0]}"), which has none to pass on`;
}

/** What stands between a tensor and those of the outputs that come closest to reaching it. */
function obstacleTo(model: DifferentiableModel, outputs: readonly string[], tensor: string): Differentiability {
  const ways = outputs.map((output) => model.differentiability(output, tensor));
  return ways.find((way) => way.differentiable) ?? ways.find((way) => !isUnrelated(way)) ?? ways[0]!;
}

function isUnrelated(way: Differentiability): boolean {
  return !way.differentiable && way.reason === 'noPath';
}

function imageInputs({ inputs }: Model): readonly string[] {
  const images = inputs.filter(({ dims }) => dims?.length === 4);
  return (images.length > 0 ? images : inputs).map(({ name }) => name);
}
