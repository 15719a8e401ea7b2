import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { isDiagnosed, type DatasetItem } from '@understory/core';
import { mapLabels, parseDatasetSpec, type LabelMap } from '@understory/datasets';
import type { RgbImage } from '@understory/imaging';
import { cliErrors } from './errors.ts';
import { evaluationItems, openSelection, readIds, type DatasetSelection } from './dataset-selection.ts';
import { findImages, type ImageFile } from './find-images.ts';
import { readImage } from './read-image.ts';

/** An image to work on, decoded when it is asked for. */
export interface ChosenImage {
  readonly id: string;
  readonly item: Omit<DatasetItem, 'read' | 'id'>;
  picture(): Promise<RgbImage>;
}

/** Images to work on, out of a data set or as they were named. */
export interface ChosenImages {
  /** Images that were named one by one, or lie in a folder without labels; absent for a data set. */
  readonly files?: readonly ImageFile[];
  /** What a record says of them, besides the selection. */
  readonly record: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly ids: readonly string[] | undefined;
  readonly size: number;
  items(): AsyncIterable<ChosenImage>;
  labelsFor(modelLabels: readonly string[] | undefined): LabelMap;
}

/**
 * The images that arguments mean: one data set, or images, patterns and folders of images.
 * Throws what opening a data set throws, IMAGE_NOT_FOUND, IMAGE_ID_UNKNOWN and NO_IMAGES.
 */
export async function chooseImages(
  args: readonly string[],
  selection: DatasetSelection,
  cwd: string,
): Promise<ChosenImages> {
  const [only, ...others] = args;
  const asDataset = only !== undefined && others.length === 0 && (await isDataset(only, cwd));
  return (asDataset ? await fromDataset(only, selection, cwd) : undefined) ?? fromImages(args, selection, cwd);
}

async function isDataset(argument: string, cwd: string): Promise<boolean> {
  const found = await stat(resolve(cwd, argument)).catch(() => undefined);
  if (found === undefined) return parseDatasetSpec(argument).format !== undefined;
  return found.isDirectory() || /\.parquet$/i.test(argument);
}

/** Undefined for a plain folder without labels. */
async function fromDataset(spec: string, selection: DatasetSelection, cwd: string): Promise<ChosenImages | undefined> {
  try {
    const { dataset, ids } = await openSelection(spec, selection, cwd);
    return {
      record: { name: dataset.name, spec, split: selection.split ?? null },
      ...{ ids, size: dataset.size },
      items: () => evaluationItems(dataset),
      labelsFor: (labels) => mapLabels(dataset, labels),
    };
  } catch (error) {
    const isPlain = parseDatasetSpec(spec).format === undefined;
    if (isPlain && isDiagnosed(error) && error.code === 'DATASET_LABELS_MISSING') return undefined;
    throw error;
  }
}

async function fromImages(
  args: readonly string[],
  { ids: named, offset = 0, limit = Infinity }: DatasetSelection,
  cwd: string,
): Promise<ChosenImages> {
  const { images, failures } = await findImages(args, cwd);
  const [failure] = failures;
  if (failure !== undefined) throw failure.error;
  const ids = await readIds(named, cwd);
  const known = images.map(({ name }) => name);
  const unknown = ids?.filter((id) => !known.includes(id));
  if (unknown !== undefined && (unknown.length > 0 || ids?.length === 0)) {
    throw cliErrors.idsUnknown({ ids: unknown, known });
  }
  const asked = images.filter(({ name }) => ids?.includes(name) ?? true);
  if (offset >= asked.length) throw cliErrors.offsetBeyondEnd({ offset, size: asked.length });
  const files = asked.slice(offset, offset + limit);
  return {
    files,
    // Names alone, so that a run can go on where the images lie elsewhere.
    record: { name: files.length === 1 ? basename(files[0]!.path) : 'images', images: images.map(({ name }) => name) },
    ...{ ids, size: files.length },
    async *items() {
      for (const file of files) yield { id: file.name, item: {}, picture: () => readImage(file, cwd) };
    },
    labelsFor: () => ({ indexOf: () => undefined, unmapped: [] }),
  };
}
