export { datasetFormats, parseDatasetSpec } from './parse-dataset-spec.ts';
export type { DatasetFormat, DatasetSpec } from './parse-dataset-spec.ts';
export * from './map-labels.ts';
export * from './open-dataset.ts';
export * from './oxford-pets-to-imagenet.ts';
export * from './prefetch.ts';
export type { Selection } from './select.ts';
