import { readAsStated, type Layout } from './axes/layout.ts';
import { layerReadings, squareOf, type AskedModel } from './axes/layer-axes.ts';
import { isReading, type LayerReading } from './axes/read-axes.ts';
import type { Feeds, LayerSpec } from './contracts/model.ts';
import { errors } from './errors/index.ts';
import { layersLike } from './layers.ts';
import { elementCount, float32, type Tensor } from './tensor/tensor.ts';
import { toFloat32 } from './tensor/to-float32.ts';

/** What a layer computed for a batch, seen as feature maps. */
export interface FeatureMaps {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** How the layer is read where that is not as it stands: `tokens 1..196 as 14 x 14`, `[N, H, W, C] as 7 x 7`. */
  readonly reading?: string;
  /** `[channels, height, width]` of one sample. */
  of(sample: number): Float32Array;
  /** Everything that the layer computed for one sample, in its own order. */
  whole(sample: number): Float32Array;
  /** Sets a channel to zero in what `whole` gave, tokens that stand for no spatial position included. */
  clear(whole: Float32Array, channel: number): void;
  /** The layer's dimensions for so many samples. */
  dimsFor(samples: number): readonly number[];
  /** What `whole` gave for so many samples, one behind the other, as the layer has them. */
  together(wholes: Float32Array, samples: number): Float32Array;
}

/** Reads what a layer computed as feature maps; throws LAYER_NOT_SPATIAL where it is not shaped so for this batch, LAYER_AXES where its grid stays unknown. */
export type ReadPlaces = (tensor: Tensor, batch: number) => FeatureMaps;

export interface PlacesOptions {
  /** What the layer's axes are said to be; found out from the graph where absent. */
  readonly layout?: Layout | undefined;
  /** Height and width of the images that are fed, for grids of tokens whose sizes are only known when the model runs. */
  readonly image?: readonly [height: number, width: number] | undefined;
}

/**
 * How a layer is read as feature maps, by what its axes stand for: `[N, C, H, W]` as it stands, `[N, H, W, C]` turned, tokens laid on the
 * grid that they come from. Throws LAYER_NOT_SPATIAL where it has no height and width, LAYER_AXES where its axes are others or cannot
 * be told, LAYOUT_INVALID and LAYOUT_MISMATCH where `layout` says what it cannot be.
 */
export function placesOf(model: AskedModel, layer: LayerSpec, batch: number, options: PlacesOptions = {}): ReadPlaces {
  const { name, dims } = layer;
  const { layout, image } = options;
  const found = layout === undefined ? (layerReadings(model).get(name) ?? 'unknown') : readAsStated(layout, name, dims);
  const candidates = () => layersLike(model, name);
  if (!isReading(found)) {
    if (found === 'noPositions')
      throw errors.layerNotSpatial({ layer: name, dims: dims ?? [], batch, candidates: candidates() });
    // Without a graph or a rank the tensor itself decides.
    if (model.graph !== undefined || dims !== undefined)
      throw errors.layerAxes({ layer: name, axes: found, dims, candidates: candidates() });
  }
  return (computed, samples) => {
    const tensor = isReading(found) && batchAxisOf(found) === 1 ? inOneRun(computed, samples) : computed;
    const refuse = () => errors.layerNotSpatial({ layer: name, dims: tensor.dims, batch, candidates: candidates() });
    const reading = isReading(found) ? found : tensor.dims.length === 4 ? byRank : undefined;
    if (reading === undefined || tensor.dims.length !== reading.axes.length) throw refuse();
    if (tensor.dims[batchAxisOf(reading)]! % samples !== 0) throw refuse();
    const sized = sizesOf(reading, tensor.dims, samples, image);
    if (sized === undefined) throw refuse();
    if (sized === 'open')
      throw errors.layerAxes({ layer: name, axes: 'open', dims: tensor.dims, candidates: candidates() });
    return mapsOf(tensor, samples, reading, sized);
  };
}

/** Height and width of the images that are fed to the named input, else to the one input that takes images. */
export function fedImageSize(
  model: AskedModel,
  feeds: Feeds,
  image?: string,
): readonly [height: number, width: number] | undefined {
  const images = model.inputs.filter(({ dims }) => dims?.length === 4);
  const [only, ...others] = image === undefined ? images : images.filter(({ name }) => name === image);
  const dims = only && others.length === 0 ? feeds[only.name]?.dims : undefined;
  const reading = only && layerReadings(model).get(only.name);
  if (dims?.length !== 4 || reading === undefined || !isReading(reading)) return undefined;
  const axisOf = (role: string) => reading.axes.findIndex(({ factors }) => factors.some((each) => each.role === role));
  return [dims[axisOf('height')]!, dims[axisOf('width')]!];
}

const axis = (role: 'batch' | 'channel' | 'height' | 'width') => ({
  factors: [{ role, size: undefined }],
  before: 0,
  after: 0,
});
const byRank: LayerReading = { kind: 'map', axes: (['batch', 'channel', 'height', 'width'] as const).map(axis) };

interface SizedAxis {
  readonly before: number;
  readonly factors: readonly { readonly role: 'batch' | 'channel' | 'height' | 'width'; readonly size: number }[];
}

/** The sizes of all factors for a tensor; undefined where they do not come out even, `open` where the grid of tokens cannot be told. */
function sizesOf(
  { axes, isSquare }: LayerReading,
  dims: readonly number[],
  samples: number,
  image: PlacesOptions['image'],
): readonly SizedAxis[] | 'open' | undefined {
  const found: SizedAxis[] = [];
  for (const [at, { factors, before, after }] of axes.entries()) {
    if (isSquare && at === 1) {
      const square = squareOf(dims[at]!);
      if (square === undefined) return undefined;
      const side = { size: square.side };
      found.push({
        before: square.before,
        factors: [
          { role: 'height', ...side },
          { role: 'width', ...side },
        ],
      });
      continue;
    }
    const total = dims[at]! - before - after;
    const known = factors.map((each) => (each.role === 'batch' ? { ...each, size: samples } : each));
    const product = known.reduce((all, { size = 1 }) => all * size, 1);
    const open = known.filter(({ size }) => size === undefined);
    const left = total / product;
    if (!Number.isInteger(left) || left < 1 || (open.length === 0 && left !== 1)) return undefined;
    const sizes = open.length > 1 ? gridLike(left, image) : { height: left, width: left, channel: left, batch: left };
    if (sizes === undefined) return 'open';
    found.push({ before, factors: known.map(({ role, size }) => ({ role, size: size ?? sizes[role] })) });
  }
  return found;
}

/** So many tokens on a grid of the image's proportions. */
function gridLike(tokens: number, image: PlacesOptions['image']) {
  if (image === undefined) return undefined;
  const height = Math.sqrt((tokens * image[0]) / image[1]);
  const width = tokens / Math.round(height);
  if (Math.abs(height - Math.round(height)) > 1e-9 || !Number.isInteger(width)) return undefined;
  return { height: Math.round(height), width, channel: 1, batch: 1 };
}

function mapsOf(tensor: Tensor, samples: number, reading: LayerReading, axes: readonly SizedAxis[]): FeatureMaps {
  const batchAt = batchAxisOf(reading);
  const dims = tensor.dims.map((dim, at) => (at === batchAt ? dim / samples : dim));
  const size = { batch: samples, channel: 1, height: 1, width: 1 };
  const step = { batch: 0, channel: 0, height: 0, width: 0 };
  let start = 0;
  let stride = 1;
  for (const [at, { before, factors }] of [...axes.entries()].toReversed()) {
    start += before * stride;
    let inner = stride;
    for (const { role, size: own } of factors.toReversed()) {
      [size[role], step[role]] = [own, inner];
      inner *= own;
    }
    stride *= dims[at]!;
  }
  const values = toFloat32(tensor);
  const perSample = elementCount(dims);
  const inner = elementCount(dims.slice(batchAt));
  const whole = (sample: number) => {
    if (inner === perSample) return values.subarray(sample * perSample, (sample + 1) * perSample);
    const own = new Float32Array(perSample);
    for (let at = 0; at < perSample; at += inner) {
      const from = at * samples + sample * inner;
      own.set(values.subarray(from, from + inner), at);
    }
    return own;
  };
  const { channel: channels, height, width } = size;
  const places = height * width;
  const isPlain =
    start === 0 &&
    perSample === channels * places &&
    step.width === 1 &&
    step.height === width &&
    (channels === 1 || step.channel === places);
  const name = isPlain && tensor.dims.length === 4 ? undefined : nameOf(reading, axes, height, width);
  return {
    ...{ channels, height, width, whole },
    ...(name !== undefined && { reading: name }),
    of(sample) {
      const own = whole(sample);
      if (isPlain) return own;
      const maps = new Float32Array(channels * places);
      let at = 0;
      for (let channel = 0; channel < channels; channel += 1) {
        for (let row = 0; row < height; row += 1) {
          const from = start + channel * step.channel + row * step.height;
          for (let column = 0; column < width; column += 1) maps[at++] = own[from + column * step.width]!;
        }
      }
      return maps;
    },
    clear(own, channel) {
      if (channels === 1) return void own.fill(0);
      for (let at = channel * step.channel; at < own.length; at += channels * step.channel)
        own.fill(0, at, at + step.channel);
    },
    dimsFor: (count) => dims.map((dim, at) => (at === batchAt ? dim * count : dim)),
    together(wholes, count) {
      if (inner === perSample) return wholes;
      const laid = new Float32Array(wholes.length);
      for (let at = 0; at < wholes.length; at += inner) {
        const sample = Math.floor(at / perSample);
        laid.set(wholes.subarray(at, at + inner), (at % perSample) * count + sample * inner);
      }
      return laid;
    },
  };
}

/**
 * Tokens `[T, N, C]` of samples that a model of a smaller batch was fed one after the other, so that its results stand one behind the other. As they are where
 * the sizes do not come out even.
 */
function inOneRun(tensor: Tensor, samples: number): Tensor {
  const [rows = 0, together = 1, channels = 0] = tensor.dims;
  const parts = samples / together;
  const tokens = rows / parts;
  if (parts === 1 || !Number.isInteger(parts) || !Number.isInteger(tokens)) return tensor;
  const values = toFloat32(tensor);
  const laid = new Float32Array(values.length);
  const length = together * channels;
  for (let row = 0; row < rows; row += 1) {
    const [part, token] = [Math.floor(row / tokens), row % tokens];
    laid.set(values.subarray(row * length, (row + 1) * length), (token * parts + part) * length);
  }
  return float32(laid, [tokens, samples, channels]);
}

/** The axis that the batch begins, the first where none is named. */
function batchAxisOf({ axes }: LayerReading): number {
  return Math.max(
    axes.findIndex(({ factors: [first] }) => first?.role === 'batch'),
    0,
  );
}

const letters = { batch: 'N', channel: 'C', height: 'H', width: 'W' };

/** How a layer is read, for a person. */
function nameOf({ kind, isSquare }: LayerReading, axes: readonly SizedAxis[], height: number, width: number): string {
  const grid = axes[axes[1]?.factors[0]?.role === 'batch' ? 0 : 1];
  const isTokens =
    kind === 'tokens' &&
    axes.length === 3 &&
    (isSquare || grid?.factors.map(({ role }) => role).join() === 'height,width');
  if (isTokens) return `tokens ${grid!.before}..${grid!.before + height * width - 1} as ${height} x ${width}`;
  const shown = axes.map(({ factors, before }) => {
    const own = factors.map(({ role }) => letters[role]).join('*') || '1';
    return before > 0 ? `${before}+${own}` : own;
  });
  return `[${shown.join(', ')}] as ${height} x ${width}`;
}
