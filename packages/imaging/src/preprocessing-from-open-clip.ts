import { isJsonObject } from '@understory/core';
import { imagingErrors } from './errors.ts';
import type { Filter } from './filters.ts';
import type { PlacementSteps } from './placement.ts';
import { checkPreprocessing, type Preprocessing } from './preprocessing.ts';
import type { Size } from './rgb-image.ts';

/** What OpenAI normalises pictures with, where a configuration leaves it out. */
const clip = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] };

const filters: Readonly<Record<string, Filter>> = { bicubic: 'bicubic', bilinear: 'bilinear', random: 'bicubic' };

/**
 * Reads what open_clip writes as `preprocess_cfg` into `open_clip_config.json`, and exporters of it as `preprocess_cfg.json`, already parsed: `size`, `mean`
 * and `std`, `interpolation`, `resize_mode` (`shortest`, which cuts the middle out, `squash`, or `longest`, which pads) and `fill_color`.
 * Throws PREPROCESSING_INVALID.
 */
export function preprocessingFromOpenClip(json: unknown): Preprocessing {
  if (!isJsonObject(json)) throw invalid('(the file)', json, 'a JSON object');
  const { interpolation = 'bicubic', mode = 'RGB', mean = clip.mean, std = clip.std } = json;
  const filter = typeof interpolation === 'string' ? filters[interpolation] : undefined;
  if (filter === undefined) throw invalid('interpolation', interpolation, Object.keys(filters).join(' or '));
  if (mode !== 'RGB') throw invalid('mode', mode, 'RGB');
  const preprocessing: Preprocessing = {
    ...placement(json, sizeOf(json['size']), filter),
    rescale: 1 / 255,
    ...{ mean: perChannel('mean', mean), std: perChannel('std', std) },
    ...{ channels: 3, order: 'RGB', layout: 'NCHW' },
  };
  checkPreprocessing(preprocessing);
  return preprocessing;
}

function placement(json: Readonly<Record<string, unknown>>, size: Size, filter: Filter): PlacementSteps {
  const { resize_mode: mode = 'shortest', fill_color: fill = 0 } = json;
  if (mode === 'squash') return { resize: { kind: 'exact', ...size, filter } };
  if (mode === 'longest') {
    const level = Array.isArray(fill) ? (fill[0] as unknown) : fill;
    if (typeof level !== 'number') throw invalid('fill_color', fill, 'a level from 0 to 255');
    const pad = { to: size, position: 'center', fill: { level } } as const;
    return { resize: { kind: 'fit', ...size, rounding: 'halfEven', filter }, pad };
  }
  if (mode !== 'shortest') throw invalid('resize_mode', mode, 'shortest, longest or squash');
  if (size.width !== size.height) throw invalid('size', json['size'], 'a square where the shorter side is resized');
  return { resize: { kind: 'shorterSide', length: size.width, filter }, crop: size };
}

/** A number, or height and width. */
function sizeOf(size: unknown): Size {
  const [height, width] = (Array.isArray(size) ? size : [size, size]) as readonly unknown[];
  if (isSide(height) && isSide(width)) return { width, height };
  throw invalid('size', size, 'a whole number above 0, or two: height and width');
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

function perChannel(field: string, value: unknown): readonly number[] {
  if (Array.isArray(value) && value.length === 3 && value.every((each) => typeof each === 'number')) return value;
  throw invalid(field, value, 'three numbers, one a channel');
}

function invalid(field: string, found: unknown, expected: string) {
  return imagingErrors.invalidPreprocessing(
    field,
    found,
    expected,
    'Correct preprocess_cfg, or give the preprocessing by hand.',
  );
}
