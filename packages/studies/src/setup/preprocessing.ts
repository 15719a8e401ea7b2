import { errors, type PictureInput, type SubjectPictures } from '@understory/core';
import {
  checkPreprocessing,
  fixedSize,
  shorterSideForCropFraction,
  type Filter,
  type Multiple,
  type Padding,
  type PlacementSteps,
  type Preprocessing,
  type Resize,
  type Size,
} from '@understory/imaging';
import { studyErrors } from '../errors.ts';

/** A picture size as people write it: one side of a square, `WxH`, or `none`. */
export type SizeOption = 'none' | number | { readonly width: number; readonly height: number };

/**
 * How pictures are brought to a size: `crop` cuts the middle out, `stretch` gives up proportions, `contain` fits the whole picture
 * inside, `letterbox` also puts grey around it, as YOLO networks want it.
 */
type Fit = 'crop' | 'stretch' | 'contain' | 'letterbox';

/** What of a model's preprocessing is said otherwise. */
export type PreprocessingOptions = {
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
  readonly size?: Exclude<SizeOption, 'none'> | undefined;
  readonly resize?: SizeOption | undefined;
  readonly crop?: SizeOption | undefined;
  readonly filter?: Filter | undefined;
  readonly fit?: Fit | undefined;
  /** The most that the longer side may get where the shorter one is resized. */
  readonly longest?: number | undefined;
  readonly multiple?: Multiple | undefined;
  readonly pad?: SizeOption | { readonly multipleOf: number } | undefined;
  readonly padPosition?: Padding['position'] | undefined;
  /** An 8-bit level before normalisation, or 0 after it. */
  readonly padFill?: number | 'zero' | undefined;
  readonly inputRange?: '0..1' | '0..255' | undefined;
  readonly channelOrder?: 'RGB' | 'BGR' | undefined;
};

export interface ChosenPreprocessing {
  readonly preprocessing: Preprocessing;
  /** True where nothing says how pixels are scaled, so that ImageNet's way was taken. */
  readonly assumed: boolean;
}

const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const usualSide = 224;
const usualCrop = 0.875;
/** Up to this side networks are made for pictures of just that size, as CIFAR's and Tiny ImageNet's are: nothing is cropped. */
const wholeSide = 64;

/**
 * The preprocessing that the model's folder gives, with what is said instead.
 * Without a folder: as is usual for the task, else as torchvision evaluates ImageNet networks, at the size of the model's input; values of ImageNet are those of colour alone.
 * Networks that take uint8 get the samples as they are, 0 to 255. `mean` stands in the order that the network takes its channels in.
 * Throws SPEC_INVALID where options do not go together, IMAGE_CHANNEL_MISMATCH where the model does not take pictures of the channels that its folder says.
 */
export function choosePreprocessing(
  picture: PictureInput,
  given: Preprocessing | undefined,
  options: PreprocessingOptions,
  ofTask?: SubjectPictures,
): ChosenPreprocessing {
  const takesSamples = picture.type === 'uint8';
  const chosen = given ?? usual(picture, ofTask);
  // A network that takes 8-bit samples normalises them itself.
  const base = takesSamples ? asSamples(chosen) : chosen;
  const channels = base.channels;
  if (picture.channels !== undefined && picture.channels !== channels) {
    throw errors.imageChannelMismatch({ found: channels, expected: picture.channels, input: picture.name });
  }
  const preprocessing: Preprocessing = {
    ...placement(base, options, picture.size),
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
export function assumedNote({ channels, mean, std }: Preprocessing, model = 'this model'): string {
  const isOfTask = mean.join() !== imageNet.mean.join() && std.join() !== imageNet.std.join();
  const whose = isOfTask ? 'that are usual for such models' : 'of ImageNet';
  const used = channels === 3 ? `mean and deviation ${whose} are used` : 'pixels are fed as 0 to 1';
  return `nothing says how pixels are scaled for ${model}, so ${used}`;
}

function asSamples(preprocessing: Preprocessing): Preprocessing {
  const { mean, std } = preprocessing;
  return { ...preprocessing, rescale: 1, mean: mean.map(() => 0), std: std.map(() => 1) };
}

/** What a task or a preset says of pictures, as options. */
export function optionsOf({ size, fit, filter, mean, std, longest }: SubjectPictures): PreprocessingOptions {
  if (fit === 'whole') return { resize: size, longest, filter, mean, std };
  return { ...(size !== undefined && { size }), fit, filter, mean, std };
}

function usual({ channels: asked, layout, size }: PictureInput, ofTask: SubjectPictures | undefined): Preprocessing {
  const channels = asked ?? 3;
  if (ofTask !== undefined && channels === ofTask.mean.length) {
    const { mean, std } = ofTask;
    // A network of one size takes the whole picture stretched to it.
    const isStretched = ofTask.fit === 'whole' && size !== undefined;
    const asked: SubjectPictures = isStretched ? { ...ofTask, fit: 'stretch' } : ofTask;
    const target = (isStretched ? size : ofTask.size) ?? size ?? usualSide;
    return { ...placedAs(asked, sidesOf(target)), rescale: 1 / 255, mean, std, channels, order: 'RGB', layout };
  }
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

function placedAs({ fit, filter, longest }: SubjectPictures, size: Size): Pick<Preprocessing, 'resize' | 'crop'> {
  if (fit === 'whole') {
    return { resize: { kind: 'shorterSide', length: size.width, filter, ...(longest !== undefined && { longest }) } };
  }
  if (fit === 'stretch' || size.width !== size.height) return { resize: { kind: 'exact', ...size, filter } };
  return { resize: { kind: 'shorterSide', length: size.width, filter }, crop: size };
}

/** The middle of the picture, seven eighths of its shorter side or all of it for small networks; a size that is not square is squashed to. */
function usualPlacement(side: Exclude<SizeOption, 'none'>, filter: Filter): Pick<Preprocessing, 'resize' | 'crop'> {
  const { width, height } = typeof side === 'number' ? { width: side, height: side } : side;
  if (width !== height) return { resize: { kind: 'exact', width, height, filter } };
  const length = shorterSideForCropFraction(width, width <= wholeSide ? 1 : usualCrop);
  return { resize: { kind: 'shorterSide', length, filter }, crop: { width, height } };
}

function placement(base: Preprocessing, options: PreprocessingOptions, input: Size | undefined): PlacementSteps {
  const { crop, resize, filter } = options;
  const sized = sizedPlacement(base, options, input);
  const chosen = filter ?? sized.resize?.filter ?? base.resize?.filter ?? 'bilinear';
  const resized = resize === undefined ? sized.resize && { ...sized.resize, filter: chosen } : resizeTo(resize, chosen);
  const scaled = withMultiple(withLongest(resized, options), options, chosen);
  const cropped = crop === undefined ? sized.crop : crop === 'none' ? undefined : sidesOf(crop);
  const pad = paddingOf(sized.pad, options);
  return { ...(scaled && { resize: scaled }), ...(cropped && { crop: cropped }), ...(pad && { pad }) };
}

/** The placement of the base, or the one that brings pictures to the size that is said, in the way that is said. */
function sizedPlacement(
  base: Preprocessing,
  { size, fit, filter }: PreprocessingOptions,
  input: Size | undefined,
): PlacementSteps {
  if (size === undefined && fit === undefined) return base;
  const target = size === undefined ? (input ?? fixedSize(base)) : sidesOf(size);
  if (target === undefined) {
    throw studyErrors.specInvalid({
      ...{ name: 'preprocessing', where: 'fit', found: `${fit} for a model of any size` },
      expected: 'a size beside it',
    });
  }
  const way = fit ?? (base.resize?.kind === 'fit' ? (base.pad ? 'letterbox' : 'contain') : 'crop');
  const usualFilter = filter ?? base.resize?.filter ?? 'bilinear';
  if (way === 'crop') return usualPlacement(target.width === target.height ? target.width : target, usualFilter);
  if (way === 'stretch') return { resize: { kind: 'exact', ...target, filter: usualFilter } };
  const own = base.resize?.kind === 'fit' ? base.resize : undefined;
  const fitted = own ?? ({ kind: 'fit', rounding: 'halfEven', filter: filter ?? letterboxFilter } as const);
  const resize = { ...fitted, ...target };
  if (way === 'contain') return { resize };
  const { to, position = 'center', fill = { level: grey } } = (own && base.pad) ?? {};
  return { resize, pad: { to: to !== undefined && 'multipleOf' in to ? to : target, position, fill } };
}

/** As YOLO networks are fed. */
const letterboxFilter = 'opencvLinear';
const grey = 114;

function withLongest(resize: Resize | undefined, { longest }: PreprocessingOptions): Resize | undefined {
  if (longest === undefined) return resize;
  if (resize?.kind === 'shorterSide') return { ...resize, longest };
  throw studyErrors.specInvalid({
    ...{ name: 'preprocessing', where: 'longest', found: 'a cap where the shorter side is not resized' },
    expected: 'resize with one number, the length of the shorter side',
  });
}

function withMultiple(resize: Resize | undefined, { multiple }: PreprocessingOptions, filter: Filter) {
  return multiple === undefined ? resize : { ...(resize ?? { kind: 'own' as const, filter }), multiple };
}

/** What the base pads with, where it does, with what is said otherwise. */
function paddingOf(
  base: Padding | undefined,
  { pad, padPosition, padFill }: PreprocessingOptions,
): Padding | undefined {
  if (pad === 'none') return undefined;
  const to = pad === undefined ? base?.to : typeof pad === 'object' && 'multipleOf' in pad ? pad : sidesOf(pad);
  if (to === undefined) {
    const [where] = Object.entries({ padPosition, padFill }).flatMap(([name, value]) =>
      value === undefined ? [] : name,
    );
    if (where === undefined) return undefined;
    throw studyErrors.specInvalid({
      ...{ name: 'preprocessing', where, found: 'a word on padding where there is none' },
      expected: 'pad beside it, the size with the padding',
    });
  }
  const fill =
    padFill === undefined ? (base?.fill ?? { level: grey }) : padFill === 'zero' ? { value: 0 } : { level: padFill };
  return { to, position: padPosition ?? base?.position ?? 'center', fill };
}

function sidesOf(size: Exclude<SizeOption, 'none'>): Size {
  return typeof size === 'number' ? { width: size, height: size } : size;
}

function resizeTo(size: SizeOption, filter: Filter): Resize | undefined {
  if (size === 'none') return undefined;
  return typeof size === 'number' ? { kind: 'shorterSide', length: size, filter } : { kind: 'exact', ...size, filter };
}
