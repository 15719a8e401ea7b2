import { fits, parseLayout, type Layout } from './axes/layout.ts';
import { layerReadings, readingOf, undeterminedLayers, type AskedModel } from './axes/layer-axes.ts';
import { isReading, type LayerReading } from './axes/read-axes.ts';
import { batchesOf } from './batch-axis.ts';
import { betweenIn } from './between.ts';
import type { LayerSpec } from './contracts/model.ts';
import { errors } from './errors/index.ts';
import { closest } from './suggest.ts';
import { lastTokenLayer, reachesPast } from './tokens.ts';
import type { Dimension } from './tensor/tensor-spec.ts';

/**
 * The layer that a person names by its tensor or, failing that, by its module path (`layer4.2`) or the end of one that no other module
 * shares (`visual.layer4` for `model.visual.layer4`); of several outputs of a module the last.
 * Throws UNKNOWN_LAYER with the names that come close, AMBIGUOUS_LAYER with the modules that end so.
 */
export function findLayer(layers: readonly LayerSpec[], query: string): LayerSpec {
  const asked = query.trim();
  const byName = layers.find((layer) => layer.name === asked);
  const found = byName ?? layers.findLast((layer) => layer.modules.includes(asked)) ?? byEnd(layers, query, asked);
  if (found !== undefined) return found;
  const names = layers.flatMap((layer) => [...layer.modules, layer.name]);
  throw errors.unknownLayer({ layer: query, suggestions: closest(asked, names), examples: examplesOf(layers) });
}

/** The layer of the only module whose path ends so, at a border between two names. */
function byEnd(layers: readonly LayerSpec[], query: string, asked: string): LayerSpec | undefined {
  if (asked === '') return undefined;
  const paths = new Set(layers.flatMap(({ modules }) => modules));
  const matches = [...paths].filter((path) => path.endsWith(`.${asked}`) || path.endsWith(`/${asked}`));
  if (matches.length > 1) throw errors.ambiguousLayer({ layer: query, matches });
  const [only] = matches;
  return only === undefined ? undefined : layers.findLast(({ modules }) => modules.includes(only));
}

/** The last few layers, by the names that people would rather write. */
function examplesOf(layers: readonly LayerSpec[]): readonly string[] {
  const names = layers.map(({ name, modules }) => modules.at(-1) ?? name);
  return [...new Set(names.toReversed())].slice(0, 3);
}

/** How many layers an error proposes. */
const mostCandidates = 5;

/** The last few layers that can be read as feature maps, those of modules first, by the names that people would rather write. */
export function layersLike(model: AskedModel, other = ''): readonly string[] {
  const readings = layerReadings(model);
  const readable = model.layers.filter(({ name }) => name !== other && isReading(readings.get(name) ?? 'unknown'));
  const named = readable.filter(({ modules }) => modules.length > 0);
  const names = (named.length > 0 ? named : readable).map(({ name, modules }) => modules.at(-1) ?? name);
  return [...new Set(names.toReversed())].slice(0, mostCandidates);
}

/** The last few layers that a layout could be said of, as `name [dims]`. */
export function layersWithoutReading(model: AskedModel, isOnPath: (name: string) => boolean): readonly string[] {
  const readings = layerReadings(model);
  return candidatesOf(
    model.layers.filter(
      ({ name, dims }) =>
        readings.get(name) === 'unknown' && isOnPath(name) && (dims?.length === 3 || dims?.length === 4),
    ),
  );
}

function candidatesOf(layers: readonly LayerSpec[]): readonly string[] {
  return layers
    .slice(-mostCandidates)
    .map(
      ({ name, dims, modules }) =>
        `${modules.at(-1) ?? name} [${dims!.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`,
    );
}

/**
 * The last activation with spatial positions that `isOnPath`: feature maps, channels first or last, or tokens on a grid, by evidence of the
 * graph (see `layerReadings`). Tokens count as long as what is explained can depend on each of them: see `lastTokenLayer`. With a
 * `layout`, the last one on the path whose sizes fit it. Undefined where there is none; throws LAYOUT_INVALID, and
 * LATER_LAYERS_UNDETERMINED where layers behind it could be spatial for all that is known.
 */
export function lastSpatialLayer(
  model: AskedModel,
  isOnPath: (name: string) => boolean,
  layout?: Layout,
): LayerSpec | undefined {
  const { layers } = model;
  const batches = batchesOf(model.inputs);
  if (layout !== undefined) {
    const reading = parseLayout(layout);
    return layers.findLast(
      (layer) =>
        layer.dims &&
        fits(reading, layer.dims) &&
        hasSeveral(layer.dims, reading) &&
        mayHoldBatch(layer, batches) &&
        isOnPath(layer.name),
    );
  }
  const found = lastDetermined(model, isOnPath, batches);
  const later = found === undefined ? [] : undeterminedBehind(model, found.name, isOnPath);
  if (later.length > 0) throw errors.laterLayersUndetermined({ layer: found!.name, candidates: candidatesOf(later) });
  return found;
}

function undeterminedBehind(model: AskedModel, from: string, isOnPath: (name: string) => boolean) {
  const { layers, graph } = model;
  const undetermined = undeterminedLayers(model);
  if (graph === undefined || undetermined.size === 0) return [];
  const isBehind = betweenIn(graph, [from], [...undetermined]);
  return layers.filter(({ name }) => undetermined.has(name) && name !== from && isBehind(name) && isOnPath(name));
}

function lastDetermined(
  model: AskedModel,
  isOnPath: (name: string) => boolean,
  batches: readonly Dimension[],
): LayerSpec | undefined {
  const { layers, graph } = model;
  const tokens = lastTokenLayer(model, isOnPath);
  const isSeen = tokens ? reachesPast(model, tokens.picked, isOnPath) : () => true;
  const map = layers.findLast((layer) => {
    const reading = readingOf(model, layer.name);
    const isMap = reading?.kind === 'map' && hasPositions(layer, reading) && mayHoldBatch(layer, batches);
    return isMap && isOnPath(layer.name) && isSeen(layer.name);
  });
  if (map === undefined || tokens === undefined) return map ? asComputed(model, map, isOnPath) : tokens?.layer;
  const isLater =
    graph === undefined
      ? layers.indexOf(map) > layers.indexOf(tokens.layer)
      : graph.nodes.findIndex(({ outputs }) => outputs.includes(map.name)) > tokens.behind;
  return isLater ? asComputed(model, map, isOnPath) : tokens.layer;
}

const movesAxes = new Set(['Identity', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze']);

/** The layer `[N, C, H, W]` that a map in another order of axes was made from without computing anything, or the map itself. */
function asComputed(model: AskedModel, map: LayerSpec, isOnPath: (name: string) => boolean): LayerSpec {
  if (isAsItStands(readingOf(model, map.name))) return map;
  const producers = new Map(model.graph?.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const seen = new Set<string>();
  for (let at = map.name; !seen.has(at);) {
    seen.add(at);
    const node = producers.get(at);
    const [before] = node && movesAxes.has(node.operator) ? node.inputs : [];
    const layer = before === undefined ? undefined : model.layers.find(({ name }) => name === before);
    if (layer === undefined || !isOnPath(layer.name)) break;
    if (isAsItStands(readingOf(model, layer.name))) return layer;
    at = layer.name;
  }
  return map;
}

function isAsItStands(reading: LayerReading | undefined): boolean {
  return (
    reading?.axes.map(({ factors }) => factors.map(({ role }) => role).join('*')).join() ===
    'batch,channel,height,width'
  );
}

/** Whether the first axis can be the images' batch: queries, keys and values stacked, `[3, tokens, N, width]`, begin with another. */
function mayHoldBatch({ dims }: LayerSpec, batches: readonly Dimension[]): boolean {
  const first = dims?.[0];
  // Exporters fix a batch of one where they can.
  return typeof first !== 'number' || first === 1 || batches.length === 0 || batches.includes(first);
}

const poolsEverything = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool', 'ReduceMean']);

/** More than one row and more than one column; a size that is only known when the model runs counts as more, except behind a global pooling. */
function hasPositions({ dims, operator }: LayerSpec, { kind, axes }: LayerReading): boolean {
  if (dims === undefined || kind === 'tokens') return dims !== undefined;
  const sizes = axes.flatMap(({ factors }, at) =>
    factors.flatMap(({ role, size }) =>
      role === 'height' || role === 'width' ? [size ?? (factors.length === 1 ? dims[at]! : '')] : [],
    ),
  );
  if (sizes.some((size) => size === 1)) return false;
  return sizes.every((size) => typeof size === 'number') || !poolsEverything.has(operator);
}

/** Whether an axis of height or width has more than one element. */
function hasSeveral(dims: readonly Dimension[], { axes }: LayerReading): boolean {
  return axes.some(
    ({ factors }, at) => dims[at] !== 1 && factors.some(({ role }) => role === 'height' || role === 'width'),
  );
}
