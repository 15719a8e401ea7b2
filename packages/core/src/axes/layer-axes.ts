import { betweenIn } from '../between.ts';
import type { GraphView } from '../contracts/graph.ts';
import type { LayerSpec, Model } from '../contracts/model.ts';
import { foldedOf, placeOf, roleOf, type Axis } from './axis.ts';
import { couldBeSpatial } from './lost-axes.ts';
import { isReading, readAxes, type LayerReading, type Unreadable } from './read-axes.ts';
import { traceAxes } from './trace-axes.ts';
import type { Dimension } from '../tensor/tensor-spec.ts';

export type AskedModel = Pick<Model, 'layers' | 'inputs' | 'graph'>;

/** How each layer of a model is read as feature maps, or why it is not, by tensor name. */
export type LayerReadings = ReadonlyMap<string, LayerReading | Unreadable>;

interface Known {
  readonly readings: LayerReadings;
  /** Layers that could be spatial although nothing tells. */
  readonly undetermined: ReadonlySet<string>;
}

const known = new WeakMap<readonly LayerSpec[], Known>();

/** How the layers of a model are read, found out once. Where it shows no graph they are taken to be as ONNX has them. */
export function layerReadings(model: AskedModel): LayerReadings {
  return knownOf(model).readings;
}

/** The layers behind an operator that loses their axes from sight, that could be spatial for all that is known. */
export function undeterminedLayers(model: AskedModel): ReadonlySet<string> {
  return knownOf(model).undetermined;
}

function knownOf(model: AskedModel): Known {
  const before = known.get(model.layers);
  if (before !== undefined) return before;
  const found = model.graph
    ? fromGraph(model, model.graph)
    : { readings: fromDims(model.layers), undetermined: new Set<string>() };
  known.set(model.layers, found);
  return found;
}

/** How a layer is read, undefined where it is not. */
export function readingOf(model: AskedModel, layer: string): LayerReading | undefined {
  const found = layerReadings(model).get(layer);
  return found !== undefined && isReading(found) ? found : undefined;
}

function fromGraph({ layers, inputs }: AskedModel, graph: GraphView): Known {
  const traced = traceAxes(graph, layers, inputs);
  const images = inputs.filter(({ dims }) => dims?.length === 4);
  const hasBatch = images.some(({ dims }) => dims![0] !== 1);
  const findSquare = squaresOf(
    graph,
    traced,
    images.map(({ name }) => name),
  );
  const readings = new Map(
    [...inputs, ...layers].map(({ name, dims }): [string, LayerReading | Unreadable] => {
      const axes = traced.get(name);
      if (axes === undefined || dims === undefined) return [name, 'unknown'];
      const reading = readAxes(axes, dims, hasBatch);
      return [name, isReading(reading) ? reading : (findSquare(name, axes, dims) ?? reading)];
    }),
  );
  const undetermined = layers.filter(
    (layer) => readings.get(layer.name) === 'unknown' && couldBeSpatial(traced.get(layer.name) ?? [], layer),
  );
  return { readings, undetermined: new Set(undetermined.map(({ name }) => name)) };
}

/** Tokens of a square, where attention reads tokens that come from the image and no feature map tells their grid. */
function squaresOf(graph: GraphView, traced: ReadonlyMap<string, readonly Axis[]>, images: readonly string[]) {
  const isOfImage = betweenIn(
    graph,
    images,
    graph.nodes.flatMap(({ outputs }) => outputs),
  );
  const behindMap = new Set<string>();
  for (const { inputs, outputs } of graph.nodes) {
    const isBehind = inputs.some((name) => behindMap.has(name));
    for (const name of outputs) if (isBehind || isMap(traced.get(name))) behindMap.add(name);
  }
  return (name: string, axes: readonly Axis[], dims: readonly Dimension[]): LayerReading | undefined => {
    const [batch = [], tokens = [], channels = []] = axes;
    if (axes.length !== 3 || behindMap.has(name) || !isOfImage(name) || dims[2] === 1) return undefined;
    const [token, ...others] = foldedOf(tokens);
    if (token?.attended !== true || others.length > 0 || placeOf(token).role !== undefined) return undefined;
    if (
      foldedOf(batch).some((each) => roleOf(each) !== 'batch') ||
      foldedOf(channels).some((each) => placeOf(each).isPart)
    )
      return undefined;
    return typeof dims[1] === 'string' || squareOf(dims[1]!) ? squareTokens : undefined;
  };
}

function isMap(axes: readonly Axis[] | undefined): boolean {
  const roles = axes?.flatMap((axis) => axis.map(roleOf)) ?? [];
  return roles.includes('height') && roles.includes('width');
}

const none = { before: 0, after: 0 };
const openTokens = { factors: [], ...none };
const squareTokens: LayerReading = {
  kind: 'tokens',
  isSquare: true,
  axes: [
    { factors: [{ role: 'batch', size: undefined }], ...none },
    openTokens,
    { factors: [{ role: 'channel', size: undefined }], ...none },
  ],
};

/** The side of the square that so many tokens lie on, and how many are in front of it: one or none. */
export function squareOf(tokens: number): { readonly side: number; readonly before: number } | undefined {
  for (const before of [0, 1]) {
    const side = Math.sqrt(tokens - before);
    if (Number.isInteger(side) && side > 1) return { side, before };
  }
  return undefined;
}

function fromDims(layers: readonly LayerSpec[]): LayerReadings {
  const axis = (role: 'batch' | 'channel' | 'height' | 'width') => ({ factors: [{ role, size: undefined }], ...none });
  const map: LayerReading = { kind: 'map', axes: (['batch', 'channel', 'height', 'width'] as const).map(axis) };
  return new Map(
    layers.map(({ name, dims }): [string, LayerReading | Unreadable] => {
      if (dims === undefined) return [name, 'unknown'];
      if (dims.length === 4) return [name, map];
      const isGrid = dims.length === 3 && dims[2] !== 1 && (typeof dims[1] === 'string' || squareOf(dims[1]!));
      return [name, isGrid ? squareTokens : 'noPositions'];
    }),
  );
}
