import { batchesOf } from './batch-axis.ts';
import type { Dimension, LayerSpec, Model } from './contracts/model.ts';
import { errors } from './errors.ts';
import { closest } from './suggest.ts';
import { lastTokenLayer, layerAxesOf } from './tokens.ts';

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
  throw errors.unknownLayer({ layer: query, suggestions: closest(asked, names), examples: examplesOf(layers) });
}

/** The last few layers, by the names that people would rather write. */
function examplesOf(layers: readonly LayerSpec[]): readonly string[] {
  const names = layers.map(({ name, modules }) => modules.at(-1) ?? name);
  return [...new Set(names.toReversed())].slice(0, 3);
}

/**
 * The last activation that still sees space: a feature map of rank 4, channels first, with more than one place, or tokens `[N, T, C]` on
 * a grid, and `isOnPath` for what is explained. Tokens count as long as what is explained can depend on each of them: see `lastTokenLayer`.
 * A size that is only known when the model runs counts as more than one place, except in what a global pooling or ReduceMean computes.
 * Passed over is what cannot begin with the batch and, where the model shows its graph, channels-last tensors and those of attention. Undefined where there is none.
 */
export function lastSpatialLayer(
  model: Pick<Model, 'layers' | 'inputs' | 'graph'>,
  isOnPath: (name: string) => boolean,
): LayerSpec | undefined {
  const { layers, graph } = model;
  const { images } = layerAxesOf(model);
  const batches = batchesOf(model.inputs);
  const map = layers.findLast(
    (layer) => isSpatial(layer) && mayHoldBatch(layer, batches) && !images.has(layer.name) && isOnPath(layer.name),
  );
  const tokens = lastTokenLayer(model, isOnPath);
  if (map === undefined || tokens === undefined) return map ?? tokens?.layer;
  const isLater =
    graph === undefined
      ? layers.indexOf(map) > layers.indexOf(tokens.layer)
      : graph.nodes.findIndex(({ outputs }) => outputs.includes(map.name)) > tokens.behind;
  return isLater ? map : tokens.layer;
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
