import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDiagnosed } from '@understory/core';
import { mapLabels, parseDatasetSpec } from '@understory/datasets';
import type { ChosenImages, ImagesSpec } from '@understory/studies';
import { chooseAmong } from '@understory/studies/setup';
import { datasetItems, openSelection } from './dataset-selection.ts';
import { findImages } from './find-images.ts';
import { readImage } from './read-image.ts';

/**
 * The images that a spec means: a data set, or one data set, images, patterns and folders of images in a list.
 * Throws what opening a data set throws, IMAGE_NOT_FOUND, IMAGE_ID_UNKNOWN and NO_IMAGES.
 */
export async function chooseImages(spec: ImagesSpec, cwd: string): Promise<ChosenImages> {
  const { from } = spec;
  if (typeof from === 'string') return fromDataset(from, spec, cwd);
  const [only, ...others] = from;
  if (only !== undefined && others.length === 0 && (await isDataset(only, cwd))) {
    const isPlain = parseDatasetSpec(only).format === undefined;
    try {
      return await fromDataset(only, spec, cwd);
    } catch (error) {
      // A plain folder of images needs no labels.
      if (!isPlain || !isDiagnosed(error) || error.code !== 'DATASET_LABELS_MISSING') throw error;
    }
  }
  return fromImages(from, spec, cwd);
}

async function isDataset(argument: string, cwd: string): Promise<boolean> {
  const found = await stat(resolve(cwd, argument)).catch(() => undefined);
  if (found === undefined) return parseDatasetSpec(argument).format !== undefined;
  return found.isDirectory() || /\.parquet$/i.test(argument);
}

async function fromDataset(from: string, spec: ImagesSpec, cwd: string): Promise<ChosenImages> {
  const dataset = await openSelection(from, spec, cwd);
  return {
    record: { name: dataset.name, spec: from, split: spec.split ?? null },
    ...{ ids: spec.ids, size: dataset.size },
    items: () => datasetItems(dataset),
    labelsFor: (labels) => mapLabels(dataset, labels),
  };
}

async function fromImages(args: readonly string[], spec: ImagesSpec, cwd: string): Promise<ChosenImages> {
  const { images, failures } = await findImages(args, cwd);
  const [failure] = failures;
  if (failure !== undefined) throw failure.error;
  return chooseAmong(
    images.map((image) => ({ ...image, picture: () => readImage(image, cwd) })),
    spec,
  );
}
