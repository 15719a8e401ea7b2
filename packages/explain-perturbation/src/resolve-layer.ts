import { errors as coreErrors, findLayer, lastSpatialLayer, otherAxes, outputsOf } from '@understory/core';
import type { GraphView, Model, Objective } from '@understory/core';
import { errors } from './errors.ts';

export interface LayerRequest {
  readonly model: Model;
  readonly objective: Objective;
  /** A tensor name or module path; `auto` or nothing for the last spatial activation on the way from the image to what is explained. */
  readonly layer: string | undefined;
  readonly image: string;
  readonly batch: number;
}

/** The tensor whose activations are read; throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, LAYER_NOT_SPATIAL or LAYER_AXES. */
export function resolveLayer({ model, objective, layer, image, batch }: LayerRequest): string {
  if (layer === undefined || layer.trim() === 'auto') {
    const outputs = outputsOf(objective);
    const isBetween = model.graph === undefined ? () => true : betweenIn(model.graph, image, outputs);
    const found = lastSpatialLayer(model, isBetween);
    if (found !== undefined) return found.name;
    throw coreErrors.noSpatialLayer({ layers: model.layers.length, output: outputs.join(', ') });
  }
  const { name, dims } = findLayer(model.layers, layer);
  if (dims !== undefined && dims.length !== 4) throw errors.layerNotSpatial({ layer: name, dims, batch });
  const axes = model.graph && otherAxes(model.graph, model.layers, model.inputs).get(name);
  if (axes) throw errors.layerAxes({ layer: name, axes });
  return name;
}

/** Operators whose result depends on the size of what they read and on nothing else. */
const readsSizes = new Set(['Shape', 'Size']);

/** Whether a tensor depends on the image and one of the outputs on it. */
function betweenIn({ nodes }: GraphView, image: string, outputs: readonly string[]): (name: string) => boolean {
  const seeing = new Set([image]);
  for (const { operator, inputs, outputs: computed } of nodes) {
    if (readsSizes.has(operator) || !inputs.some((name) => seeing.has(name))) continue;
    for (const name of computed) seeing.add(name);
  }
  const needed = new Set(outputs);
  for (const { inputs, outputs: computed } of nodes.toReversed()) {
    if (computed.some((name) => needed.has(name))) for (const name of inputs) needed.add(name);
  }
  return (name) => seeing.has(name) && needed.has(name);
}
