import { readingOf, type AskedModel } from './axes/layer-axes.ts';
import type { Feeds, Model } from './contracts/model.ts';
import { errors } from './errors/index.ts';
import { elementCount } from './tensor/tensor.ts';
import type { ElementType } from './tensor/tensor.ts';
import { specText } from './tensor/tensor-spec.ts';

export type ImageLayout = 'NCHW' | 'NHWC';

/** Where the pixels of a batch of images lie in what a model is fed. */
export interface ImageInput {
  /** The name of the input. */
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly layout: ImageLayout;
  readonly channels: number;
  /** In pixels, as is the width. */
  readonly height: number;
  readonly width: number;
  /** The elements of one sample. */
  readonly size: number;
  /** How far apart in one sample the channels of a pixel lie, and the pixels of a channel. */
  readonly channelStride: number;
  readonly pixelStride: number;
}

/**
 * The input that takes the picture, as it is fed: the named one, else the one input of rank 4 that takes numbers. Throws NO_IMAGE_INPUT where there
 * is none, or more than one.
 */
export function imageInputOf(model: AskedImages, feeds: Feeds, named?: string): ImageInput {
  const { inputs } = model;
  const images = inputs.filter(({ name, type }) => type !== 'bool' && feeds[name]?.dims.length === 4);
  const candidates = named === undefined ? images : images.filter(({ name }) => name === named);
  const [input] = candidates;
  const tensor = input && feeds[input.name];
  if (input === undefined || tensor === undefined || candidates.length > 1) {
    throw errors.noImageInput({ inputs: (images.length > 0 ? images : inputs).map(specText) });
  }
  const layout = imageLayoutOf(model, input.name, tensor.dims);
  const [, second = 0, third = 0, fourth = 0] = tensor.dims;
  const [channels, height, width] = layout === 'NCHW' ? [second, third, fourth] : [fourth, second, third];
  return {
    name: input.name,
    type: tensor.type,
    dims: tensor.dims,
    layout,
    channels,
    height,
    width,
    size: elementCount(tensor.dims.slice(1)),
    channelStride: layout === 'NCHW' ? height * width : 1,
    pixelStride: layout === 'NCHW' ? 1 : channels,
  };
}

/** What is asked where the channels of an image are; of a model without layers or graph its sizes alone. */
export type AskedImages = Pick<Model, 'inputs'> & Partial<AskedModel>;

/** Where the channels of an image input of rank 4 are, by what the graph does with it and, where that does not tell, by its sizes. */
export function imageLayoutOf(
  { inputs, layers, graph }: AskedImages,
  input: string,
  dims: readonly (number | string)[],
): ImageLayout {
  const reading = layers && graph && readingOf({ inputs, layers, graph }, input);
  const height = reading?.axes.findIndex(({ factors }) => factors.some(({ role }) => role === 'height'));
  if (reading?.kind === 'map' && height === 1) return 'NHWC';
  if (reading?.kind === 'map' && height === 2) return 'NCHW';
  return layoutOf(dims);
}

/**
 * Where the channels of an image tensor of rank 4 are, judged by the sizes that images have: one, three or four channels before two. Channels
 * first where both ends look alike.
 */
export function layoutOf([, second, , fourth]: readonly (number | string)[]): ImageLayout {
  return likeness(fourth) > likeness(second) ? 'NHWC' : 'NCHW';
}

/** How much a size looks like a number of channels. */
function likeness(dim: number | string | undefined): number {
  return dim === 1 || dim === 3 || dim === 4 ? 2 : dim === 2 ? 1 : 0;
}
