import { closest } from '@understory/core';
import { datasetErrors } from './errors.ts';

/** Benchmarks of captions, each laid out as its authors do. */
export const captionFormats = ['whatsup', 'aro', 'sugarcrepe', 'winoground', 'vsr'] as const;

export const datasetFormats = ['cifar10', 'oxford-pets', 'parquet', 'folder', ...captionFormats] as const;

export type DatasetFormat = (typeof datasetFormats)[number];

/** Where a data set lies and how it is laid out; a format that is absent is found out by looking. */
export interface DatasetSpec {
  readonly format?: DatasetFormat;
  readonly path: string;
}

/**
 * Reads `cifar10:DIR`, `oxford-pets:DIR`, `parquet:DIR|FILE`, `folder:DIR`, a benchmark of captions such as `whatsup:DIR`, or a plain path; opens nothing.
 * A single letter in front of a colon is a drive. Throws DATASET_SPEC_INVALID or DATASET_FORMAT_UNKNOWN.
 */
export function parseDatasetSpec(spec: string): DatasetSpec {
  const text = spec.trim();
  const [, prefix, rest] = /^([a-z0-9][a-z0-9_-]+):(.*)$/is.exec(text) ?? [];
  if (prefix === undefined || rest === undefined) {
    if (text === '') throw datasetErrors.specInvalid({ spec });
    return { path: text };
  }
  const format = datasetFormats.find((known) => known === prefix.toLowerCase());
  if (format === undefined) {
    throw datasetErrors.formatUnknown({
      format: prefix,
      formats: datasetFormats.map((known) => `${known}:PATH`),
      suggestions: closest(prefix, datasetFormats, 1),
    });
  }
  const path = rest.trim();
  if (path === '') throw datasetErrors.specInvalid({ spec });
  return { format, path };
}
