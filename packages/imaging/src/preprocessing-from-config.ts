import { isJsonObject } from '@understory/core';
import { imagingErrors } from './errors.ts';
import type { Filter } from './filters.ts';
import { imageProcessor, type ImageProcessor } from './image-processors.ts';
import type { Multiple, Padding, Resize } from './placement.ts';
import { checkPreprocessing, type Preprocessing } from './preprocessing.ts';
import type { Size } from './rgb-image.ts';
import { shorterSideForCropFraction } from './shorter-side.ts';

/**
 * Reads what Hugging Face writes as `preprocessor_config.json`, already parsed.
 *
 * `size` is `{ shortest_edge }`, with `longest_edge` as a cap where that stands beside it, `{ height, width }`,
 * `{ max_height, max_width }` or, as older files have it, a number: the shorter side where a crop
 * follows, a square otherwise. `crop_pct` acts as in ConvNeXT: below 384 pixels the shorter side becomes `size / crop_pct`
 * and the middle is cut out, from 384 on the picture is squashed. Steps whose `do_` switch is missing are done where their
 * values are there; rescaling is by 1/255 and resampling bilinear unless said otherwise. EfficientNet's `include_top`
 * divides by the deviation once more and `rescale_offset` takes 1 off, as its processor does. An `image_mean` of one number
 * means a grey picture, of four colour and alpha, of two grey and alpha.
 * Processors of detectors and segmenters, by `image_processor_type`, have the defaults and steps of transformers: sides that are a
 * multiple, `keep_aspect_ratio` and padding. Padding to the largest picture of a batch is none, since pictures are fed in batches of one size.
 * Throws an UnderstoryError that names the field where one is missing, malformed or asks for a step that is not done here.
 */
export function preprocessingFromConfig(json: unknown): Preprocessing {
  if (!isJsonObject(json)) throw invalid('(the file)', json, 'a JSON object');
  const processor = imageProcessor(processorName(json)) ?? {};
  const config: Config = { ...processor.defaults, ...withoutNull(json) };
  checkSteps(config, processor);
  const channels = channelsOf(config);
  const pad = padding(config, processor);
  const preprocessing: Preprocessing = {
    ...placement(config, processor),
    ...(pad && { pad }),
    ...normalisation(config, channels),
    channels,
    order: flag(config, 'do_flip_channel_order', false) ? 'BGR' : 'RGB',
    layout: dataFormat(config) === 'channels_last' ? 'NHWC' : 'NCHW',
  };
  checkPreprocessing(preprocessing);
  return preprocessing;
}

/** What of a configuration was not understood and may change pixels, a sentence each: the processor that it is for, fields of no known processor. */
export function unknownInConfig(json: unknown): readonly string[] {
  if (!isJsonObject(json)) return [];
  const name = processorName(json);
  const isKnown = (field: string) => field.startsWith('_') || knownFields.has(field) || field.startsWith('mask_');
  const unread = Object.keys(json).filter((field) => !isKnown(field));
  const some = unread.slice(0, 5).join(', ') + (unread.length > 5 ? ` and ${unread.length - 5} more` : '');
  return [
    ...(imageProcessor(name) === undefined
      ? [`what ${name} does is not known here: pictures are prepared as the fields of preprocessor_config.json say`]
      : []),
    ...(unread.length > 0 ? [`preprocessor_config.json has fields that are not read: ${some}`] : []),
  ];
}

/** The class that wrote a configuration; older files have it under the other name. */
function processorName(config: Config): string | undefined {
  const name = config['image_processor_type'] ?? config['feature_extractor_type'];
  return typeof name === 'string' ? name : undefined;
}

function withoutNull(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}

/** Throws where a step is asked for that is not done here, or not by the processor that is named. */
function checkSteps(config: Config, { multiple, leastChange, pads, shortestEdge }: ImageProcessor): void {
  const done = new Set([
    ...(leastChange ? ['keep_aspect_ratio'] : []),
    ...(pads === undefined ? [] : ['pad_size']),
    ...(pads === 'divisor' ? ['size_divisor'] : []),
    ...(shortestEdge ? ['max_size'] : []),
    ...(multiple?.from === undefined ? [] : [multiple.from]),
  ]);
  const isStep = (field: string) =>
    unknownSteps.includes(field) || (field.startsWith('do_') && !knownFields.has(field));
  const isOff = (value: unknown) => value === undefined || value === false || value === null;
  for (const [field, value] of Object.entries(config)) {
    if (!isStep(field) || done.has(field) || isOff(value)) continue;
    if (field === 'ensure_multiple_of' && value === 1) continue;
    if (field === 'pad_size' && !flag(config, 'do_pad', false)) continue;
    throw invalid(field, value, 'false: this step is not available', 'Give the preprocessing by hand, without it.');
  }
}

type Channels = Preprocessing['channels'];

/** As many as there are means, where the deviations agree. */
function channelsOf({ image_mean: mean, image_std: std }: Config): Channels {
  if (!Array.isArray(mean)) return 3;
  if (mean.length === 1) return 1;
  const agree = !Array.isArray(std) || std.length === mean.length;
  return agree && (mean.length === 2 || mean.length >= 4) ? mean.length : 3;
}

type Config = Readonly<Record<string, unknown>>;

/** Fields whose steps change pixels, which are done for some processors or for none. */
const unknownSteps = [
  'do_thumbnail',
  'do_align_long_axis',
  'do_image_splitting',
  'do_grayscale',
  'ensure_multiple_of',
  'keep_aspect_ratio',
  'max_size',
  'pad_size',
  'size_divisor',
];

/** Fields that are read, and those that change no pixel of a picture that is fed. */
const knownFields = new Set([
  ...['size', 'crop_size', 'crop_pct', 'resample', 'rescale_factor', 'rescale_offset', 'include_top', 'image_mean'],
  ...['image_std', 'data_format', 'do_resize', 'do_center_crop', 'do_rescale', 'do_normalize', 'do_flip_channel_order'],
  ...['do_pad', ...unknownSteps],
  ...['image_processor_type', 'feature_extractor_type', 'processor_class', 'auto_map', 'model_input_names', 'backend'],
  ...['default_to_square', 'input_data_format', 'return_tensors', 'device', 'disable_grouping', 'image_seq_length'],
  ...[
    'do_convert_rgb',
    'format',
    'do_convert_annotations',
    'return_segmentation_masks',
    'masks_path',
    'do_reduce_labels',
  ],
  ...['reduce_labels', 'ignore_index', 'num_labels', 'repo_path', 'class_info_file', 'num_text', 'metadata'],
  ...['pad_and_return_pixel_mask', 'annotations', 'apply_ocr', 'ocr_lang', 'tesseract_config', 'task'],
]);

const resampleCodes: readonly Filter[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

function placement(config: Config, processor: ImageProcessor): Pick<Preprocessing, 'resize' | 'crop'> {
  const cropped = flag(config, 'do_center_crop', present(config, 'crop_size'));
  const crop = cropped ? cropSize(config) : undefined;
  const resized = flag(config, 'do_resize', present(config, 'size'));
  if (!resized) return { ...(crop && { crop }) };

  const filter = resampling(config);
  const { size } = config;
  const fraction = optional(
    config,
    'crop_pct',
    (value): value is number => typeof value === 'number' && value > 0 && value <= 1,
    'a number above 0 and at most 1',
  );
  const square = side(size) ?? (isJsonObject(size) ? side(size['shortest_edge']) : undefined);
  if (fraction !== undefined && crop === undefined) {
    if (square === undefined) throw invalid('size', size, 'a shortest_edge, because there is a crop_pct');
    if (square >= 384) return { resize: { kind: 'exact', width: square, height: square, filter } };
    const length = shorterSideForCropFraction(square, fraction);
    return { resize: { kind: 'shorterSide', length, filter }, crop: { width: square, height: square } };
  }
  const multiple = multipleOf(config, processor);
  const resize = { ...resizeTo(config, processor, crop !== undefined), filter, ...(multiple && { multiple }) };
  return { resize, ...(crop && { crop }) };
}

function multipleOf(config: Config, { multiple }: ImageProcessor): Multiple | undefined {
  if (multiple === undefined) return undefined;
  const { from, rounding } = multiple;
  const found = from === undefined ? multiple.of : config[from];
  if (found === undefined || found === 0 || found === 1) return undefined;
  const of = side(found);
  if (of === undefined) throw invalid(from ?? 'size', found, 'a whole number of pixels above 0');
  return { of, rounding };
}

type ResizeTo = Resize extends infer Each ? (Each extends Resize ? Omit<Each, 'filter' | 'multiple'> : never) : never;

function resizeTo(config: Config, processor: ImageProcessor, cropFollows: boolean): ResizeTo {
  if (processor.keepsSize) return { kind: 'own' };
  const { size } = config;
  const length = side(size);
  if (length !== undefined && processor.shortestEdge) {
    const longest = side(config['max_size'] ?? capOf(processor));
    return { ...shortest(length, processor), ...(longest !== undefined && { longest }) };
  }
  if (length !== undefined) {
    return cropFollows ? shortest(length, processor) : { kind: 'exact', width: length, height: length };
  }
  const fields = isJsonObject(size) ? size : {};
  const named = (...names: readonly string[]) =>
    Object.values(withoutNull(fields)).length === names.length &&
    names.every((name) => side(fields[name]) !== undefined)
      ? names.map((name) => side(fields[name])!)
      : undefined;
  const [short] = named('shortest_edge') ?? [];
  if (short !== undefined) return shortest(short, processor);
  const [capped, longest] = named('shortest_edge', 'longest_edge') ?? [];
  if (capped !== undefined && longest !== undefined) return { kind: 'shorterSide', length: capped, longest };
  const [height, width] = named('height', 'width') ?? [];
  if (height !== undefined && width !== undefined) {
    const least = processor.leastChange && flag(config, 'keep_aspect_ratio', false);
    return { kind: least ? 'leastChange' : 'exact', width, height };
  }
  const [most, widest] = named('max_height', 'max_width') ?? [];
  if (most !== undefined && widest !== undefined) return { kind: 'fit', width: widest, height: most, rounding: 'down' };
  const [long] = (processor.longestEdge && named('longest_edge')) || [];
  if (long !== undefined) return { kind: 'fit', width: long, height: long, rounding: 'halfUp' };
  throw invalid(
    'size',
    size,
    '{ "shortest_edge": n }, also with "longest_edge", { "height": n, "width": n }, { "max_height": n, "max_width": n } or a whole number above 0',
  );
}

function shortest(
  length: number,
  { enlarged = 1, longestOf }: ImageProcessor,
): ResizeTo & { readonly kind: 'shorterSide' } {
  const own = { kind: 'shorterSide' as const, length: Math.trunc(length * enlarged) };
  return longestOf === undefined ? own : { ...own, longest: Math.trunc(length * longestOf) };
}

/** The cap of a processor's own size, which also holds for files that only say the shorter side. */
function capOf({ defaults }: ImageProcessor): unknown {
  const size = defaults?.['size'];
  return isJsonObject(size) ? size['longest_edge'] : undefined;
}

/** Zeros after normalisation; without a size, to the largest picture of the batch, which is none. */
function padding(config: Config, { pads }: ImageProcessor): Padding | undefined {
  if (pads === undefined || !flag(config, 'do_pad', present(config, 'pad_size'))) return undefined;
  const fill = { value: 0 };
  if (pads === 'divisor') {
    if (!present(config, 'size_divisor')) return undefined;
    const multipleOf = side(config['size_divisor']);
    if (multipleOf === undefined) {
      throw invalid('size_divisor', config['size_divisor'], 'a whole number of pixels above 0');
    }
    return { to: { multipleOf }, position: 'center', fill };
  }
  return present(config, 'pad_size') ? { to: sizeOf(config, 'pad_size'), position: 'topLeft', fill } : undefined;
}

function cropSize(config: Config): Size {
  return sizeOf(present(config, 'crop_size') ? config : { ...config, crop_size: config['size'] }, 'crop_size');
}

/** A square or `{ height, width }`. */
function sizeOf(config: Config, field: string): Size {
  const size = config[field];
  const length = side(size);
  if (length !== undefined) return { width: length, height: length };
  if (isJsonObject(size)) {
    const width = side(size['width']);
    const height = side(size['height']);
    if (width !== undefined && height !== undefined) return { width, height };
  }
  throw invalid(field, size, '{ "height": n, "width": n } or a whole number above 0');
}

function resampling(config: Config): Filter {
  const code = config['resample'] ?? 2;
  const filter = typeof code === 'number' ? resampleCodes[code] : undefined;
  if (filter === undefined) {
    const codes = resampleCodes.map((name, index) => `${index} (${name})`).join(', ');
    throw invalid('resample', code, `one of PIL's codes: ${codes}`);
  }
  return filter;
}

function normalisation(config: Config, channels: Channels): Pick<Preprocessing, 'rescale' | 'mean' | 'std'> {
  const factor = optional(config, 'rescale_factor', (value) => typeof value === 'number', 'a number') ?? 1 / 255;
  const rescale = flag(config, 'do_rescale', true) ? factor : 1;
  const offset = flag(config, 'rescale_offset', false) ? 1 : 0;
  if (!flag(config, 'do_normalize', present(config, 'image_mean') || present(config, 'image_std'))) {
    return { rescale, mean: Array(channels).fill(offset), std: Array(channels).fill(1) };
  }
  const mean = perChannel(config, 'image_mean', channels);
  const std = perChannel(config, 'image_std', channels);
  return {
    rescale,
    mean: mean.map((value) => value + offset),
    std: flag(config, 'include_top', false) ? std.map((value) => value * value) : std,
  };
}

function perChannel(config: Config, field: string, channels: Channels): readonly number[] {
  const value = config[field];
  if (typeof value === 'number') return Array(channels).fill(value);
  if (Array.isArray(value) && value.length === channels && value.every((entry) => typeof entry === 'number')) {
    return value;
  }
  throw invalid(
    field,
    value,
    channels === 1 ? 'one number' : `${channelWords[channels] ?? channels} numbers, one a channel`,
  );
}

const channelWords: Readonly<Record<number, string>> = { 2: 'two', 3: 'three', 4: 'four' };

function dataFormat(config: Config): string | undefined {
  return optional(
    config,
    'data_format',
    (value): value is string => value === 'channels_first' || value === 'channels_last',
    '"channels_first" or "channels_last"',
  );
}

function flag(config: Config, field: string, otherwise: boolean): boolean {
  return optional(config, field, (value) => typeof value === 'boolean', 'true or false') ?? otherwise;
}

function optional<T>(
  config: Config,
  field: string,
  holds: (value: unknown) => value is T,
  expected: string,
): T | undefined {
  const value = config[field];
  if (value === undefined || value === null) return undefined;
  if (!holds(value)) throw invalid(field, value, expected);
  return value;
}

function present(config: Config, field: string): boolean {
  return config[field] !== undefined && config[field] !== null;
}

function side(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

function invalid(
  field: string,
  found: unknown,
  expected: string,
  next = 'Correct preprocessor_config.json, or give the preprocessing by hand.',
) {
  return imagingErrors.invalidPreprocessing(field, found, expected, next);
}
