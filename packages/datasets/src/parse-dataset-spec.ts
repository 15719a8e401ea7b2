import { closest } from '@understory/core';
import { datasetErrors } from './errors.ts';
import { parseOrchardOptions } from './parse-orchard-options.ts';
import type { OrchardOptions } from './parse-orchard-options.ts';

/** Benchmarks of captions, each laid out as its authors do. */
const captionFormats = ['whatsup', 'aro', 'sugarcrepe', 'winoground', 'vsr'] as const;

/** Benchmarks of questions. */
const questionFormats = ['gqa', 'clevr'] as const;

export const datasetFormats = [
  ...(['cifar10', 'oxford-pets', 'parquet', 'folder'] as const),
  ...captionFormats,
  ...questionFormats,
] as const;

export type DatasetFormat = (typeof datasetFormats)[number];

/** Where a data set lies and how it is laid out; a format that is absent is found out by looking. */
export interface StoredDatasetSpec {
  readonly format?: DatasetFormat;
  readonly path: string;
}

/** A data set that is drawn, not read. */
export interface OrchardSpec {
  readonly format: 'orchard';
  readonly options: OrchardOptions;
}

export type DatasetSpec = StoredDatasetSpec | OrchardSpec;

/** The spec with every path in it as `resolve` gives it, such as seen from a folder. */
export function resolveDatasetSpec(spec: DatasetSpec, resolve: (path: string) => string): DatasetSpec {
  if ('path' in spec) return { ...spec, path: resolve(spec.path) };
  const { photographs } = spec.options;
  return photographs === undefined
    ? spec
    : { ...spec, options: { ...spec.options, photographs: resolve(photographs) } };
}

/**
 * Reads `cifar10:DIR`, `oxford-pets:DIR`, `parquet:DIR|FILE`, `folder:DIR`, a benchmark of captions or questions such as `whatsup:DIR`, or a
 * plain path, and `orchard` or `orchard:OPTIONS`, which has no path; opens nothing. A single letter in front of a colon is a drive.
 * Throws DATASET_SPEC_INVALID, DATASET_FORMAT_UNKNOWN, DATASET_OPTION_UNKNOWN or DATASET_OPTION_INVALID.
 */
export function parseDatasetSpec(spec: string): DatasetSpec {
  const text = spec.trim();
  if (/^orchard(?::|$)/i.test(text)) {
    return { format: 'orchard', options: parseOrchardOptions(text.slice('orchard:'.length)) };
  }
  const [, prefix, rest] = /^([a-z0-9][a-z0-9_-]+):(.*)$/is.exec(text) ?? [];
  if (prefix === undefined || rest === undefined) {
    if (text === '') throw datasetErrors.specInvalid({ spec });
    return { path: text };
  }
  const format = datasetFormats.find((known) => known === prefix.toLowerCase());
  if (format === undefined) {
    throw datasetErrors.formatUnknown({
      format: prefix,
      formats: [...datasetFormats.map((known) => `${known}:PATH`), 'orchard'],
      suggestions: closest(prefix, [...datasetFormats, 'orchard'], 1),
    });
  }
  const path = rest.trim();
  if (path === '') throw datasetErrors.specInvalid({ spec });
  return { format, path };
}
