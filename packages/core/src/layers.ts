import { otherAxes, type OtherAxes } from './axes.ts';
import type { Dimension, LayerSpec, Model } from './contracts/model.ts';
import { errors } from './errors.ts';
import { closest } from './suggest.ts';

/**
 * The layer that a person names by its tensor or, failing that, by its module path (`layer4.2`); of several outputs of a module the last.
 * Throws UNKNOWN_LAYER with the names that come close.
 */
export function findLayer(layers: readonly LayerSpec[], query: string): LayerSpec {
  const asked = query.trim();
  const found =
    layers.find((layer) => layer.name === asked) ?? layers.findLast((layer) => layer.modules.includes(asked));
  if (found !== undefined) return found;
  const names = layers.flatMap((layer) => [...layer.modules, layer.name]);
  throw errors.unknownLayer({ layer: query, suggestions: closest(asked, names) });
}

/**
 * The last activation that still sees space: rank 4, channels first, more than one place, and `isOnPath` for what is explained.
 * A size that is only known when the model runs counts as more than one place, except in what a global pooling or ReduceMean computes.
 * Passed over is what cannot begin with the batch and, where the model shows its graph, channels-last tensors and those of attention. Undefined where there is none.
 */
export function lastSpatialLayer(
  model: Pick<Model, 'layers' | 'inputs' | 'graph'>,
  isOnPath: (name: string) => boolean,
): LayerSpec | undefined {
  const others = model.graph ? otherAxes(model.graph, model.layers, model.inputs) : new Map<string, OtherAxes>();
  const batches = model.inputs.flatMap(({ dims }) => (dims?.length === 4 ? [dims[0]!] : []));
  return model.layers.findLast(
    (layer) => isSpatial(layer) && mayHoldBatch(layer, batches) && !others.has(layer.name) && isOnPath(layer.name),
  );
}

/** Whether the first axis can be the images' batch: queries, keys and values stacked, `[3, tokens, N, width]`, begin with another. */
function mayHoldBatch({ dims }: LayerSpec, batches: readonly Dimension[]): boolean {
  const first = dims?.[0];
  // Exporters fix a batch of one where they can.
  return typeof first !== 'number' || first === 1 || batches.length === 0 || batches.includes(first);
}

const poolsEverything = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool', 'ReduceMean']);

function isSpatial({ dims, operator }: LayerSpec): boolean {
  if (dims?.length !== 4) return false;
  const [, , height, width] = dims;
  if (height === 1 && width === 1) return false;
  const isKnown = typeof height === 'number' && typeof width === 'number';
  return isKnown || !poolsEverything.has(operator);
}
