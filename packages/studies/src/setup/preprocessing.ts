import { errors, type PictureInput } from '@understory/core';
import {
  checkPreprocessing,
  shorterSideForCropFraction,
  type Filter,
  type Preprocessing,
  type Resize,
} from '@understory/imaging';

/** A picture size as people write it: one side of a square, `WxH`, or `none`. */
export type SizeOption = 'none' | number | { readonly width: number; readonly height: number };

/** What of a model's preprocessing is said otherwise. */
export type PreprocessingOptions = {
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
  readonly size?: Exclude<SizeOption, 'none'> | undefined;
  readonly resize?: SizeOption | undefined;
  readonly crop?: SizeOption | undefined;
  readonly filter?: Filter | undefined;
  readonly inputRange?: '0..1' | '0..255' | undefined;
  readonly channelOrder?: 'RGB' | 'BGR' | undefined;
};

export interface ChosenPreprocessing {
  readonly preprocessing: Preprocessing;
  /** True where nothing says how pixels are scaled, so that ImageNet's way was taken. */
  readonly assumed: boolean;
}

const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
/** Grey, grey and alpha, colour, colour and alpha. */
const channelCounts = [1, 2, 3, 4] as const;
const usualSide = 224;
const usualCrop = 0.875;
/** Up to this side networks are made for pictures of just that size, as CIFAR's and Tiny ImageNet's are: nothing is cropped. */
const wholeSide = 64;

/**
 * The preprocessing that the model's folder gives, with what is said instead.
 * Without a folder: as torchvision evaluates ImageNet networks, at the size of the model's input; values of ImageNet are those of colour alone.
 * Networks that take uint8 get the samples as they are, 0 to 255. `mean` stands in the order that the network takes its channels in.
 * Throws IMAGE_CHANNEL_MISMATCH where the model takes pictures of more than four channels, or not of those that its folder says.
 */
export function choosePreprocessing(
  picture: PictureInput,
  given: Preprocessing | undefined,
  options: PreprocessingOptions,
): ChosenPreprocessing {
  const takesSamples = picture.type === 'uint8';
  const chosen = given ?? usual(picture);
  // A network that takes 8-bit samples normalises them itself.
  const base = takesSamples ? asSamples(chosen) : chosen;
  const channels = base.channels;
  if (picture.channels !== undefined && picture.channels !== channels) {
    throw errors.imageChannelMismatch({ found: channels, expected: picture.channels, input: picture.name });
  }
  const preprocessing: Preprocessing = {
    ...placement(base, options),
    rescale: options.inputRange === undefined ? base.rescale : options.inputRange === '0..1' ? 1 / 255 : 1,
    mean: options.mean ?? base.mean,
    std: options.std ?? base.std,
    channels,
    order: options.channelOrder ?? base.order,
    layout: picture.channels === undefined ? base.layout : picture.layout,
  };
  checkPreprocessing(preprocessing);
  const assumed = given === undefined && !takesSamples && (options.mean === undefined || options.std === undefined);
  return { preprocessing, assumed };
}

/** What is told of a model where `assumed` is set. */
export function assumedNote({ channels }: Preprocessing, model = 'this model'): string {
  const used = channels === 3 ? 'mean and deviation of ImageNet are used' : 'pixels are fed as 0 to 1';
  return `nothing says how pixels are scaled for ${model}, so ${used}`;
}

function asSamples(preprocessing: Preprocessing): Preprocessing {
  const { mean, std } = preprocessing;
  return { ...preprocessing, rescale: 1, mean: mean.map(() => 0), std: std.map(() => 1) };
}

function usual({ channels: asked, layout, size }: PictureInput): Preprocessing {
  const channels = channelCounts.find((each) => each === asked) ?? 3;
  const colour = channels === 3;
  return {
    ...usualPlacement(size ?? usualSide, 'bilinear'),
    rescale: 1 / 255,
    mean: colour ? imageNet.mean : Array(channels).fill(0),
    std: colour ? imageNet.std : Array(channels).fill(1),
    channels,
    order: 'RGB',
    layout,
  };
}

/** The middle of the picture, seven eighths of its shorter side or all of it for small networks; a size that is not square is squashed to. */
function usualPlacement(side: Exclude<SizeOption, 'none'>, filter: Filter): Pick<Preprocessing, 'resize' | 'crop'> {
  const { width, height } = typeof side === 'number' ? { width: side, height: side } : side;
  if (width !== height) return { resize: { kind: 'exact', width, height, filter } };
  const length = shorterSideForCropFraction(width, width <= wholeSide ? 1 : usualCrop);
  return { resize: { kind: 'shorterSide', length, filter }, crop: { width, height } };
}

function placement(
  base: Preprocessing,
  { size, resize, crop, filter }: PreprocessingOptions,
): Pick<Preprocessing, 'resize' | 'crop'> {
  const chosen = filter ?? base.resize?.filter ?? 'bilinear';
  const sized = size === undefined ? base : usualPlacement(size, chosen);
  const resized = resize === undefined ? sized.resize && { ...sized.resize, filter: chosen } : resizeTo(resize, chosen);
  const cropped =
    crop === undefined
      ? sized.crop
      : crop === 'none'
        ? undefined
        : typeof crop === 'number'
          ? { width: crop, height: crop }
          : crop;
  return { ...(resized && { resize: resized }), ...(cropped && { crop: cropped }) };
}

function resizeTo(size: SizeOption, filter: Filter): Resize | undefined {
  if (size === 'none') return undefined;
  return typeof size === 'number' ? { kind: 'shorterSide', length: size, filter } : { kind: 'exact', ...size, filter };
}
