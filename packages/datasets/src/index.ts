export { datasetFormats, parseDatasetSpec, resolveDatasetSpec } from './parse-dataset-spec.ts';
export type { DatasetFormat, DatasetSpec, OrchardSpec, StoredDatasetSpec } from './parse-dataset-spec.ts';
export type { OrchardOptions } from './parse-orchard-options.ts';
export * from './map-labels.ts';
export * from './open-dataset.ts';
export * from './oxford-pets-to-imagenet.ts';
export * from './prefetch.ts';
export type { Selection } from './select.ts';
