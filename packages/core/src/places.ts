import type { Dimension, LayerSpec, Model } from './contracts/model.ts';
import { errors } from './errors.ts';
import { elementCount, type Tensor } from './tensor/tensor.ts';
import { toFloat32 } from './tensor/to-float32.ts';
import { gridOf, layerAxesOf } from './tokens.ts';

/** What a layer computed for a batch, seen as feature maps. */
export interface FeatureMaps {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** How the layer is read where that is not as it stands: `tokens 1..196 as 14 x 14`. */
  readonly reading?: string;
  /** `[channels, height, width]` of one sample. */
  of(sample: number): Float32Array;
  /** Everything that the layer computed for one sample, in its own order. */
  whole(sample: number): Float32Array;
  /** Sets a channel to zero in what `whole` gave, tokens that stand for no place included. */
  clear(whole: Float32Array, channel: number): void;
}

/** Reads what a layer computed as feature maps; throws LAYER_NOT_SPATIAL where it is not shaped so for this batch. */
export type ReadPlaces = (tensor: Tensor, batch: number) => FeatureMaps;

/**
 * How a layer is read as feature maps: `[N, C, h, w]` as it stands, and tokens `[N, T, C]` as the grid that they are laid on, row by
 * row, behind those in front that stand for no place. Throws LAYER_NOT_SPATIAL where it has no places, LAYER_AXES where they are on other axes.
 */
export function placesOf(
  model: Pick<Model, 'layers' | 'inputs' | 'graph'>,
  layer: LayerSpec,
  batch: number,
): ReadPlaces {
  const { name, dims } = layer;
  const { images, tokens } = layerAxesOf(model);
  const refuse = (found: readonly Dimension[]) => errors.layerNotSpatial({ layer: name, dims: found, batch });
  if (dims !== undefined && dims.length !== 4 && !tokens.has(name)) throw refuse(dims);
  const axes = images.get(name);
  if (axes !== undefined) throw errors.layerAxes({ layer: name, axes });
  return (tensor, samples) => {
    if (tensor.dims[0] !== samples) throw refuse(tensor.dims);
    if (tensor.dims.length === 4) return asItStands(tensor);
    const grid = tensor.dims.length === 3 ? gridOf(tensor.dims[1]!, tokens.get(name) ?? []) : undefined;
    if (grid === undefined) throw refuse(tensor.dims);
    const { extra, height, width } = grid;
    const [, count = 0, channels = 0] = tensor.dims;
    const whole = samplesOf(tensor);
    const places = height * width;
    return {
      ...{ channels, height, width, whole },
      reading: `tokens ${extra}..${count - 1} as ${height} x ${width}`,
      of(sample) {
        const values = whole(sample);
        const maps = new Float32Array(channels * places);
        for (let place = 0; place < places; place += 1) {
          const start = (extra + place) * channels;
          for (let channel = 0; channel < channels; channel += 1)
            maps[channel * places + place] = values[start + channel]!;
        }
        return maps;
      },
      clear(values, channel) {
        for (let at = channel; at < values.length; at += channels) values[at] = 0;
      },
    };
  };
}

function asItStands(tensor: Tensor): FeatureMaps {
  const [, channels = 0, height = 0, width = 0] = tensor.dims;
  const of = samplesOf(tensor);
  const places = height * width;
  return {
    ...{ channels, height, width, of },
    whole: of,
    clear: (values, channel) => void values.fill(0, channel * places, (channel + 1) * places),
  };
}

function samplesOf(tensor: Tensor): (sample: number) => Float32Array {
  const values = toFloat32(tensor);
  const size = elementCount(tensor.dims.slice(1));
  return (sample) => values.subarray(sample * size, (sample + 1) * size);
}
