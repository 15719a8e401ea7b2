import { isJsonObject } from '@understory/core';
import { imagingErrors } from './errors.ts';
import type { Filter } from './filters.ts';
import { checkPreprocessing, type Preprocessing, type Resize } from './preprocessing.ts';
import type { Size } from './rgb-image.ts';
import { shorterSideForCropFraction } from './shorter-side.ts';

/**
 * Reads what Hugging Face writes as `preprocessor_config.json`, already parsed.
 *
 * `size` is `{ shortest_edge }`, `{ height, width }` or, as older files have it, a number: the shorter side where a crop
 * follows, a square otherwise. `crop_pct` acts as in ConvNeXT: below 384 pixels the shorter side becomes `size / crop_pct`
 * and the middle is cut out, from 384 on the picture is squashed. Steps whose `do_` switch is missing are done where their
 * values are there; rescaling is by 1/255 and resampling bilinear unless said otherwise. EfficientNet's `include_top`
 * divides by the deviation once more and `rescale_offset` takes 1 off, as its processor does. An `image_mean` of one number
 * means a grey picture, of four colour and alpha, of two grey and alpha.
 * Throws an UnderstoryError that names the field where one is missing, malformed or asks for a step that is not done here.
 */
export function preprocessingFromConfig(json: unknown): Preprocessing {
  if (!isJsonObject(json)) throw invalid('(the file)', json, 'a JSON object');
  for (const field of unknownSteps) {
    if (json[field] !== undefined && json[field] !== false && json[field] !== null) {
      throw invalid(
        field,
        json[field],
        'false: this step is not available',
        'Give the preprocessing by hand, without it.',
      );
    }
  }
  const channels = channelsOf(json);
  const preprocessing: Preprocessing = {
    ...placement(json),
    ...normalisation(json, channels),
    channels,
    order: flag(json, 'do_flip_channel_order', false) ? 'BGR' : 'RGB',
    layout: dataFormat(json) === 'channels_last' ? 'NHWC' : 'NCHW',
  };
  checkPreprocessing(preprocessing);
  return preprocessing;
}

type Channels = Preprocessing['channels'];

/** As many as there are means, where the deviations agree. */
function channelsOf({ image_mean: mean, image_std: std }: Config): Channels {
  if (!Array.isArray(mean)) return 3;
  if (mean.length === 1) return 1;
  const agree = !Array.isArray(std) || std.length === mean.length;
  return agree && (mean.length === 2 || mean.length === 4) ? mean.length : 3;
}

type Config = Readonly<Record<string, unknown>>;

/** Fields of other processors whose steps change pixels. */
const unknownSteps = [
  'do_thumbnail',
  'do_align_long_axis',
  'do_image_splitting',
  'do_grayscale',
  'keep_aspect_ratio',
  'size_divisor',
];

const resampleCodes: readonly Filter[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

function placement(config: Config): Pick<Preprocessing, 'resize' | 'crop'> {
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
  return { resize: resizeTo(size, filter, crop !== undefined), ...(crop && { crop }) };
}

function resizeTo(size: unknown, filter: Filter, cropFollows: boolean): Resize {
  const length = side(size);
  if (length !== undefined) {
    return cropFollows
      ? { kind: 'shorterSide', length, filter }
      : { kind: 'exact', width: length, height: length, filter };
  }
  if (isJsonObject(size)) {
    const shortest = side(size['shortest_edge']);
    const width = side(size['width']);
    const height = side(size['height']);
    const fields = Object.keys(size).length;
    if (shortest !== undefined && fields === 1) return { kind: 'shorterSide', length: shortest, filter };
    if (width !== undefined && height !== undefined && fields === 2) return { kind: 'exact', width, height, filter };
  }
  throw invalid('size', size, '{ "shortest_edge": n }, { "height": n, "width": n } or a whole number above 0');
}

function cropSize(config: Config): Size {
  const size = config['crop_size'] ?? config['size'];
  const length = side(size);
  if (length !== undefined) return { width: length, height: length };
  if (isJsonObject(size)) {
    const width = side(size['width']);
    const height = side(size['height']);
    if (width !== undefined && height !== undefined) return { width, height };
  }
  throw invalid('crop_size', config['crop_size'], '{ "height": n, "width": n } or a whole number above 0');
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
  throw invalid(field, value, channels === 1 ? 'one number' : `${channelWords[channels]} numbers, one a channel`);
}

const channelWords = { 2: 'two', 3: 'three', 4: 'four' } as const;

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
